// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    private static let predictExamples = ##"""
        "the model's labels": {"value": {"images": ["\##(tinyPicture)"], "top_k": 5}},
        "other labels": {"value": {
          "images": ["data:image/png;base64,\##(tinyPicture)"],
          "labels": ["pool", {"name": "bed", "prompts": ["a photo of a bed", "a bedroom"]}],
          "threshold": 0.3
        }}
        """##

    /// The route from pictures to labels.
    static func predict(_ limits: Limits) -> String {
        ##"""
        "/v1/predict": {"post": {
          "operationId": "predict", "tags": ["Labels"], "summary": "The labels of pictures, best first",
          "description": "A body that is a picture is answered with its predictions; forms and JSON with a list of \##
        results in the order of the pictures. Query parameters hold for every kind of body; what a form or JSON says \##
        itself comes before them. A model without labels of its own needs labels in the request, and threshold=fitted \##
        needs a model with thresholds: 400 otherwise, as no schema can say.\n\n\##
            curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg 'http://127.0.0.1:8080/v1/predict?top_k=5'",
          "parameters": [
            {"$ref": "#/components/parameters/Labels"},
            {"$ref": "#/components/parameters/TopK"},
            {"$ref": "#/components/parameters/Threshold"},
            {"$ref": "#/components/parameters/Model"},
            {"$ref": "#/components/parameters/RequestTimeout"},
            {"$ref": "#/components/parameters/RequestID"}
          ],
          "requestBody": \##(pictureBody("Predict", predictExamples)),
          "responses": {
            "200": {
              "description": "Predictions of the picture, or a result for each of the pictures.",
              \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"oneOf": [
                  {"$ref": "#/components/schemas/Predicted"}, {"$ref": "#/components/schemas/PredictedEach"}
                ]},
                "examples": {
                  "a picture": {"value": {"model": "hotel", "predictions": [{"label": "pool", "score": 0.97}]}},
                  "several": {"value": {"model": "hotel", "results": [
                    {"image": "a.jpg", "predictions": [{"label": "pool", "score": 0.97}]},
                    {"image": "b.jpg", "error": {
                      "code": "unreadable_picture", "message": "the JPEG ends before its picture does"
                    }}
                  ]}}
                }
              }}
            },
            \##(refused(limits, by: Refusal.ofWork))
          }
        }}
        """##
    }

    /// The schemas of that route.
    static func predictSchemas(_ limits: Limits) -> String {
        // A string of JSON without escapes that is not blank, as a pattern in JSON.
        let quoted =
            ##"\"[^\"\\\\\\u0000-\\u001f]*[^\"\\\\\\u0000-\\u0020][^\"\\\\\\u0000-\\u001f]*\""##
        return ##"""
            "PredictRequest": {
              "type": "object", "additionalProperties": false, "required": ["images"],
              "properties": {
                "images": {"$ref": "#/components/schemas/Pictures"},
                "labels": {
                  "type": "array", "minItems": 1, "maxItems": \##(limits.maximumLabels), "uniqueItems": true,
                  "description": "Labels instead of the model's own, each once. A label counts as often as it has prompts.",
                  "items": {"$ref": "#/components/schemas/Label"}
                },
                "top_k": {"$ref": "#/components/schemas/TopK"},
                "threshold": {"$ref": "#/components/schemas/Threshold"},
                "model": {"$ref": "#/components/schemas/ModelChoice"}
              }
            },
            "PredictForm": {
              "type": "object", "additionalProperties": false, "required": ["image"],
              "properties": {
                "image": {"$ref": "#/components/schemas/PictureFiles"},
                "labels": {"anyOf": [
                  {"$ref": "#/components/schemas/LabelField"}, {"$ref": "#/components/schemas/LabelFields"}
                ]},
                "top_k": {"$ref": "#/components/schemas/TopK"},
                "threshold": {"$ref": "#/components/schemas/Threshold"},
                "model": {"$ref": "#/components/schemas/ModelChoice"}
              }
            },
            "Label": {
              "description": "A label's name, which is put into the model's templates, or a name with its own prompts.",
              "anyOf": [
                {"$ref": "#/components/schemas/Text"},
                {
                  "type": "object", "additionalProperties": false, "required": ["name"],
                  "properties": {
                    "name": {"$ref": "#/components/schemas/Text"},
                    "prompts": {
                      "type": "array", "minItems": 1, "maxItems": \##(limits.maximumLabels),
                      "items": {"$ref": "#/components/schemas/Text"}
                    }
                  }
                }
              ],
              "examples": ["pool", {"name": "pool", "prompts": ["a photo of a pool", "people swimming"]}]
            },
            "LabelFields": {
              "type": "array", "maxItems": \##(limits.maximumLabels), "uniqueItems": true,
              "description": "At most \##(limits.maximumLabels) labels in all, of at most \##
            \##(limits.maximumLabelLength) characters each.",
              "items": {"$ref": "#/components/schemas/LabelField"},
              "examples": [["pool", "double bed"], ["pool|double bed"]]
            },
            "LabelField": {
              "description": "A name, names parted by |, or a JSON list of names. What begins with [ or { is read as \##
            JSON; elsewhere space around names is dropped.",
              "anyOf": [
                {
                  "type": "string",
                  "pattern": "^[ \\t\\r\\n]*[^|{\\[ \\t\\r\\n][^|]*(\\|[^|]*[^| \\t\\r\\n][^|]*)*$"
                },
                {
                  "type": "string", "contentMediaType": "application/json",
                  "pattern": "^\\[\##(quoted)(, ?\##(quoted))*\\]$"
                }
              ]
            },
            "TopK": {"type": "integer", "minimum": 1, "maximum": 1000000, "examples": [5]},
            "Threshold": {
              "description": "A probability, or fitted: of the model's own for each label, 0.5 where it has none.",
              "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "enum": ["fitted"]}],
              "examples": [0.5, "fitted"]
            },
            "Predictions": {
              "type": "array", "description": "Labels, best first.",
              "items": {
                "type": "object", "additionalProperties": false, "required": ["label", "score"],
                "properties": {
                  "label": {"type": "string"},
                  "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "The probability."}
                }
              }
            },
            "Predicted": {
              "type": "object", "additionalProperties": false, "required": ["model", "predictions"],
              "properties": {
                "model": {"type": "string"}, "predictions": {"$ref": "#/components/schemas/Predictions"}
              }
            },
            "PredictedEach": {
              "type": "object", "additionalProperties": false, "required": ["model", "results"],
              "properties": {
                "model": {"type": "string"},
                "results": {
                  "type": "array", "minItems": 1,
                  "items": {"oneOf": [
                    {
                      "type": "object", "additionalProperties": false, "required": ["predictions"],
                      "properties": {
                        "image": {"$ref": "#/components/schemas/FileName"},
                        "predictions": {"$ref": "#/components/schemas/Predictions"}
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
