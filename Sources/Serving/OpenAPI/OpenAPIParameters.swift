// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// The parameters that operations refer to.
    static func parameters(_ limits: Limits) -> String {
        ##"""
        "RequestID": {
          "name": "X-Request-Id", "in": "header",
          "description": "A name for the request, given back in the answer and written to the log, if it is 1 to 64 of \##
        A-Z a-z 0-9 . _ and -; anything else is replaced.",
          "schema": {"type": "string"}, "example": "upload-17"
        },
        "RequestTimeout": {
          "name": "X-Request-Timeout", "in": "header",
          "description": "A deadline in seconds, sooner than the server's own.",
          "schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 86400}, "example": 10
        },
        "Model": {
          "name": "model", "in": "query",
          "description": "The model's name; the default model if it is left out.",
          "schema": {"type": "string"}
        },
        "Labels": {
          "name": "labels", "in": "query", "style": "form", "explode": true,
          "description": "Labels instead of the model's own; may be repeated.",
          "schema": {"$ref": "#/components/schemas/LabelFields"},
          "examples": {
            "repeated": {"value": ["pool", "double bed"]},
            "in one": {"value": ["pool|double bed"]},
            "as JSON": {"value": ["[\"pool\", \"double bed\"]"]}
          }
        },
        "TopK": {
          "name": "top_k", "in": "query",
          "description": "How many labels are given at most; all if it is left out.",
          "schema": {"$ref": "#/components/schemas/TopK"}, "example": 5
        },
        "MatchCount": {
          "name": "top_k", "in": "query",
          "description": "How many rows are given at most.",
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10}, "example": 3
        },
        "Threshold": {
          "name": "threshold", "in": "query",
          "description": "From which probability on a label is given: a number, or fitted for the model's own ones.",
          "schema": {"$ref": "#/components/schemas/Threshold"}, "example": 0.5
        },
        "ModelName": {
          "name": "model", "in": "path", "required": true,
          "description": "A model's name, as GET /v1/models lists it.",
          "schema": {"type": "string", "minLength": 1}
        },
        "InferenceHeaderLength": {
          "name": "Inference-Header-Content-Length", "in": "header",
          "description": "How many bytes of an application/octet-stream body are its JSON; the tensors' bytes follow in \##
        the order of the inputs. Not looked at in application/json bodies, which are JSON as a whole.",
          "schema": {"type": "integer", "minimum": 0, "maximum": \##(limits.maximumBodyBytes)}
        }
        """##
    }

    /// The headers of answers.
    static func headers(_ limits: Limits) -> String {
        limits.hasToken ? answers + ",\n" + challenge : answers
    }

    private static let answers = #"""
        "RequestID": {
          "description": "The request's name: its own, or a new one.",
          "required": true,
          "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
        },
        "RetryAfter": {
          "description": "After how many seconds to try again.",
          "required": true,
          "schema": {"type": "integer", "minimum": 1}
        },
        "Allow": {
          "description": "The route's methods.",
          "required": true,
          "schema": {"type": "string", "examples": ["POST", "GET, HEAD"]}
        },
        "InferenceHeaderLength": {
          "description": "How many bytes of the body are JSON; only of binary answers.",
          "schema": {"type": "integer", "minimum": 2}
        }
        """#

    private static let challenge = #"""
        "Challenge": {
          "description": "How to authenticate.",
          "required": true,
          "schema": {"type": "string", "pattern": "^Bearer"}
        }
        """#

    /// The headers of an answer that succeeds.
    static let answerHeaders = ##""headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestID"}}"##

    /// A picture as base64, for examples: a PNG of one pixel.
    static let tinyPicture =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mMwTpsJAAICATNoejH4AAAAAElFTkSuQmCC"

    /// A body of pictures: JSON and a form, whose schemas begin with `name`, or a picture as it is.
    static func pictureBody(_ name: String, _ examples: String) -> String {
        ##"""
        {
          "required": true,
          "content": {
            "application/json": {
              "schema": {"$ref": "#/components/schemas/\##(name)Request"}, "examples": {\##(examples)}
            },
            "multipart/form-data": {
              "schema": {"$ref": "#/components/schemas/\##(name)Form"},
              "encoding": {"image": {"contentType": "image/jpeg, image/png, image/webp, application/octet-stream"}}
            },
            \##(rawPictures)
          }
        }
        """##
    }

    /// The bodies that are a picture by itself.
    static let rawPictures = ["image/jpeg", "image/png", "image/webp", "application/octet-stream"]
        .map { ##""\##($0)": {"schema": {"$ref": "#/components/schemas/PictureFile"}}"## }
        .joined(separator: ",\n")
}
