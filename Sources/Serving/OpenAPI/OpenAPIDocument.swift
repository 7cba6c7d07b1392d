// SPDX-License-Identifier: Apache-2.0

import JSON

/// The description of the server in OpenAPI 3.1, as `GET /openapi.json` answers it.
///
/// The routes and schemas stand in the extensions as JSON, so that they read as what they are; what is in place of a
/// `\#(…)` depends on the server's settings or would be written many times.
enum OpenAPIDocument {
    /// The settings of a server that the description tells of.
    struct Limits: Sendable {
        /// How many pictures a request may have.
        var maximumPictures: Int
        /// How many labels or texts a request may have.
        var maximumLabels: Int
        /// How long a label, a prompt or a text may be, in Unicode scalars.
        var maximumLabelLength: Int
        /// How long a request's body may be.
        var maximumBodyBytes: Int
        /// Whether requests need a token.
        var hasToken: Bool
        /// Whether `GET /` answers a page.
        var hasPage: Bool
    }

    /// The document, for a version of the program and a server's settings.
    static func text(version: String, limits: Limits) -> String {
        let paths =
            information(limits) + [predict(limits)] + features(limits) + [openAI(limits)]
            + protocolInformation(limits) + inference(limits)
        let schemas =
            [commonSchemas(limits), informationSchemas, predictSchemas(limits), featureSchemas(limits)]
            + [openAISchemas(limits), protocolSchemas, inferenceSchemas(limits), tensorSchemas(limits)]
        let components = [
            "\"schemas\": {\n\(schemas.joined(separator: ",\n"))\n}",
            "\"parameters\": {\n\(parameters(limits))\n}",
            "\"responses\": {\n\(refusals(limits).joined(separator: ",\n"))\n}",
            "\"headers\": {\n\(headers(limits))\n}",
            limits.hasToken ? securitySchemes : nil,
        ]
        return #"""
            {
            "openapi": "3.1.0",
            "info": \#(info(version: version, limits)),
            "servers": [{"url": "/", "description": "This server."}],
            "tags": \#(tags),
            "security": \#(limits.hasToken ? #"[{"bearer": []}]"# : "[]"),
            "paths": {
            \#(paths.joined(separator: ",\n"))
            },
            "components": {
            \#(components.compactMap { $0 }.joined(separator: ",\n"))
            }
            }

            """#
    }

    private static func info(version: String, _ limits: Limits) -> String {
        let token = limits.hasToken ? " Every route but GET /healthz needs the token." : ""
        return #"""
            {
              "title": "mumic serve",
              "version": \#(jsonQuoted(version)),
              "summary": "Labels, embeddings and nearest neighbours of pictures and texts, by CLIP and SigLIP models.",
              "description": "Pictures are JPEG, PNG or WebP; the bytes decide, not the content type. No schema can say \#
            which bytes are a picture: a request that fits its schema is still answered 415 if its bytes begin like none \#
            of the three, 400 if they cannot be decoded, and 413 if the picture has too many pixels. Where a request may \#
            hold several pictures the answer is 200, with an error in the place of each broken one; only \#
            /v1/embeddings and the Open Inference Protocol, whose answers have no such place, refuse it as a whole.\n\n\#
            A body has at most \#(limits.maximumBodyBytes) bytes. Keys, form fields and query names that are not \#
            documented are refused with 400 by the /v1 routes. GET routes answer HEAD too.\#(token)",
              "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
            }
            """#
    }

    private static let tags = #"""
        [
          {"name": "Labels", "description": "Labels of pictures, with probabilities."},
          {"name": "Features", "description": "Embeddings of pictures and texts, and search by them."},
          {"name": "OpenAI", "description": "Embeddings as clients of OpenAI ask for them."},
          {"name": "Open Inference Protocol", "description": "Version 2 of the protocol, with binary tensor data."},
          {"name": "Information", "description": "Models, health, metrics and this document."}
        ]
        """#

    private static let securitySchemes = #"""
        "securitySchemes": {
          "bearer": {"type": "http", "scheme": "bearer", "description": "The token that the server was started with."}
        }
        """#
}
