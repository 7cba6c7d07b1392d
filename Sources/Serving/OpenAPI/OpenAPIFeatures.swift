// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// The routes to embeddings and to what lies near them.
    static func features(_ limits: Limits) -> [String] { [embed(limits), search(limits)] }

    private static let embedExamples = ##"""
        "pictures": {"value": {"images": ["\##(tinyPicture)"]}},
        "texts": {"value": {"texts": ["a pool at night", "an empty lobby"]}}
        """##

    private static func embed(_ limits: Limits) -> String {
        ##"""
        "/v1/embed": {"post": {
          "operationId": "embed", "tags": ["Features"], "summary": "Embeddings of pictures or texts, of length 1",
          "description": "A body that is a picture is answered with its embedding; forms and JSON with a list of \##
        results. Texts are embedded as they are, without templates; what is longer than the model reads is cut off.\n\n\##
            curl -H 'Content-Type: application/json' --data '{\"texts\":[\"a pool\"]}' http://127.0.0.1:8080/v1/embed",
          "parameters": [
            {"$ref": "#/components/parameters/Model"},
            {"$ref": "#/components/parameters/RequestTimeout"},
            {"$ref": "#/components/parameters/RequestID"}
          ],
          "requestBody": \##(pictureBody("Embed", embedExamples)),
          "responses": {
            "200": {
              "description": "The picture's embedding, or a result for each picture or text.",
              \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"oneOf": [
                  {"$ref": "#/components/schemas/Embedded"}, {"$ref": "#/components/schemas/EmbeddedEach"}
                ]},
                "examples": {
                  "a picture": {"value": {"model": "hotel", "embedding": [0.6, -0.8]}},
                  "several": {"value": {"model": "hotel", "results": [
                    {"embedding": [0.6, -0.8]},
                    {"error": {"code": "unsupported_media_type", "message": "the picture is no JPEG, PNG or WebP"}}
                  ]}}
                }
              }}
            },
            \##(refused(limits, by: Refusal.ofWork))
          }
        }}
        """##
    }

    private static let searchExamples = ##"""
        "pictures": {"value": {"images": ["\##(tinyPicture)"]}},
        "texts": {"value": {"texts": ["a pool at night"], "top_k": 3}}
        """##

    private static func search(_ limits: Limits) -> String {
        ##"""
        "/v1/search": {"post": {
          "operationId": "search", "tags": ["Features"],
          "summary": "The rows of the model's index nearest to pictures or texts, best first",
          "description": "Bodies as for /v1/embed. Query parameters hold for every kind of body; what a form or JSON \##
        says itself comes before them. 404 no_index where the model has no index.",
          "parameters": [
            {"$ref": "#/components/parameters/MatchCount"},
            {"$ref": "#/components/parameters/Model"},
            {"$ref": "#/components/parameters/RequestTimeout"},
            {"$ref": "#/components/parameters/RequestID"}
          ],
          "requestBody": \##(pictureBody("Search", searchExamples)),
          "responses": {
            "200": {
              "description": "Matches of the picture, or a result for each picture or text.",
              \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"oneOf": [
                  {"$ref": "#/components/schemas/Found"}, {"$ref": "#/components/schemas/FoundEach"}
                ]},
                "examples": {
                  "a picture": {"value": {"model": "hotel", "matches": [{"image": "photos/a.jpg", "score": 0.91}]}},
                  "several": {"value": {"model": "hotel", "results": [
                    {"matches": [{"image": "photos/a.jpg", "score": 0.27}]}
                  ]}}
                }
              }}
            },
            \##(refused(limits, by: Refusal.ofWork))
          }
        }}
        """##
    }

    /// The schemas of those routes.
    static func featureSchemas(_ limits: Limits) -> String {
        let model = ##""model": {"$ref": "#/components/schemas/ModelChoice"}"##
        let count = #""top_k": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10}"#
        return [
            request("EmbedRequest", model), form("EmbedForm", model),
            request("SearchRequest", count + ", " + model), form("SearchForm", count + ", " + model),
            answer("Embedded", each: "EmbeddedEach", "embedding", schema: "Embedding"),
            answer("Found", each: "FoundEach", "matches", schema: "Matches"),
            ##"""
            "Embedding": {
              "type": "array", "minItems": 1, "items": {"type": "number"},
              "description": "As many numbers as the model has dimensions."
            },
            "Matches": {
              "type": "array", "description": "Rows of the index, best first; the score is the cosine.",
              "items": {"oneOf": [
                {
                  "type": "object", "additionalProperties": false, "required": ["image", "score"],
                  "properties": {"image": {"type": "string"}, "score": {"type": "number"}}
                },
                {
                  "type": "object", "additionalProperties": false, "required": ["text", "score"],
                  "properties": {"text": {"type": "string"}, "score": {"type": "number"}}
                }
              ]}
            }
            """##,
        ].joined(separator: ",\n")
    }

    /// A body of JSON with pictures or with texts.
    private static func request(_ name: String, _ options: String) -> String {
        ##"""
        "\##(name)": {
          "description": "Either pictures or texts.",
          "oneOf": [
            {
              "type": "object", "additionalProperties": false, "required": ["images"],
              "properties": {"images": {"$ref": "#/components/schemas/Pictures"}, \##(options)}
            },
            {
              "type": "object", "additionalProperties": false, "required": ["texts"],
              "properties": {"texts": {"$ref": "#/components/schemas/Texts"}, \##(options)}
            }
          ]
        }
        """##
    }

    /// A form with pictures.
    private static func form(_ name: String, _ options: String) -> String {
        ##"""
        "\##(name)": {
          "type": "object", "additionalProperties": false, "required": ["image"],
          "properties": {"image": {"$ref": "#/components/schemas/PictureFiles"}, \##(options)}
        }
        """##
    }

    /// The answers to a picture and to several inputs.
    private static func answer(_ name: String, each: String, _ key: String, schema: String) -> String {
        ##"""
        "\##(name)": {
          "type": "object", "additionalProperties": false, "required": ["model", "\##(key)"],
          "properties": {"model": {"type": "string"}, "\##(key)": {"$ref": "#/components/schemas/\##(schema)"}}
        },
        "\##(each)": {
          "type": "object", "additionalProperties": false, "required": ["model", "results"],
          "properties": {
            "model": {"type": "string"},
            "results": {
              "type": "array", "minItems": 1,
              "items": {"oneOf": [
                {
                  "type": "object", "additionalProperties": false, "required": ["\##(key)"],
                  "properties": {
                    "image": {"$ref": "#/components/schemas/FileName"},
                    "\##(key)": {"$ref": "#/components/schemas/\##(schema)"}
                  }
                },
                {"$ref": "#/components/schemas/Failed"}
              ]}
            }
          }
        }
        """##
    }
}
