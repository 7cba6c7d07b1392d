// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// Embeddings in the form of OpenAI's API.
    static func openAI(_ limits: Limits) -> String {
        ##"""
        "/v1/embeddings": {"post": {
          "operationId": "createEmbeddings", "tags": ["OpenAI"], "summary": "Embeddings as OpenAI's API answers them",
          "description": "An input that begins with data:image/ is a picture and has to be a data URL of base64; every \##
        other one is a text. A picture that cannot be read makes the whole request 400 or 415. dimensions can only be \##
        the model's own number: 400 otherwise.",
          "parameters": [
            {"$ref": "#/components/parameters/RequestTimeout"}, {"$ref": "#/components/parameters/RequestID"}
          ],
          "requestBody": {
            "required": true,
            "content": {
              "application/json": {
                "schema": {"$ref": "#/components/schemas/EmbeddingsRequest"},
                "examples": {
                  "texts": {"value": {"model": "hotel", "input": ["a pool at night", "an empty lobby"]}},
                  "a picture": {"value": {
                    "model": "hotel", "input": "data:image/png;base64,\##(tinyPicture)",
                    "encoding_format": "base64"
                  }}
                }
              }
            }
          },
          "responses": {
            "200": {
              "description": "The embeddings, in the order of the inputs.",
              \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/EmbeddingsAnswer"},
                "example": {
                  "object": "list", "model": "hotel",
                  "data": [{"object": "embedding", "index": 0, "embedding": [0.6, -0.8]}],
                  "usage": {"prompt_tokens": 6, "total_tokens": 6}
                }
              }}
            },
            \##(refused(limits, by: Refusal.ofWork))
          }
        }}
        """##
    }

    /// The schemas of that route.
    static func openAISchemas(_ limits: Limits) -> String {
        ##"""
        "EmbeddingsRequest": {
          "type": "object", "additionalProperties": false, "required": ["input", "model"],
          "properties": {
            "input": {
              "description": "A text or picture, or a list of them with at most \##(limits.maximumPictures) pictures.",
              "anyOf": [
                {"$ref": "#/components/schemas/EmbeddingsInput"},
                {
                  "type": "array", "minItems": 1, "maxItems": \##(limits.maximumLabels),
                  "items": {"$ref": "#/components/schemas/EmbeddingsInput"}
                }
              ]
            },
            "model": {"type": "string"},
            "encoding_format": {
              "type": "string", "enum": ["float", "base64"], "default": "float",
              "description": "base64: the float32 values, least significant byte first."
            },
            "dimensions": {"type": "integer", "minimum": 1, "description": "The model's number of dimensions."},
            "user": {"type": "string", "description": "Not looked at."}
          }
        },
        "EmbeddingsInput": {
          "anyOf": [
            {"allOf": [{"$ref": "#/components/schemas/Text"}, {"not": {"pattern": "^data:image/"}}]},
            {"type": "string", "pattern": "^data:image/[a-z0-9.+-]+;base64,\##(base64Pattern)$"}
          ]
        },
        "EmbeddingsAnswer": {
          "type": "object", "additionalProperties": false, "required": ["object", "data", "model", "usage"],
          "properties": {
            "object": {"type": "string", "const": "list"},
            "data": {
              "type": "array", "minItems": 1,
              "items": {
                "type": "object", "additionalProperties": false, "required": ["object", "index", "embedding"],
                "properties": {
                  "object": {"type": "string", "const": "embedding"},
                  "index": {"type": "integer", "minimum": 0},
                  "embedding": {"anyOf": [
                    {"$ref": "#/components/schemas/Embedding"},
                    {"type": "string", "minLength": 4, "contentEncoding": "base64"}
                  ]}
                }
              }
            },
            "model": {"type": "string"},
            "usage": {
              "type": "object", "additionalProperties": false, "required": ["prompt_tokens", "total_tokens"],
              "description": "The tokens of the texts; pictures have none.",
              "properties": {
                "prompt_tokens": {"type": "integer", "minimum": 0}, "total_tokens": {"type": "integer", "minimum": 0}
              }
            }
          }
        }
        """##
    }
}
