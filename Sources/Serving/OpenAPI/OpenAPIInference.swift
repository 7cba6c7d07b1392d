// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// The route of the Open Inference Protocol that computes, without and with a model's version.
    static func inference(_ limits: Limits) -> [String] {
        [("/v2/models/{model}/infer", "infer"), ("/v2/models/{model}/versions/1/infer", "inferVersion")].map {
            infer(limits, path: $0, name: $1)
        }
    }

    private static func infer(_ limits: Limits, path: String, name: String) -> String {
        ##"""
        "\##(path)": {"post": {
          "operationId": "\##(name)", "tags": ["Open Inference Protocol"], "summary": "Scores or embeddings as tensors",
          "description": "Inputs are one of image (files), text and pixels (prepared pictures), and with pictures also \##
        labels, which are scored instead of the model's own. Outputs are scores, in the order of labels, labels and \##
        embedding; without a wish pictures give scores and labels, texts the embedding. An output that is wished for \##
        twice is given once. Shapes have to fit the data, and pixels the model: 400 otherwise, as no schema can say. A \##
        picture that cannot be read makes the whole request 400 or 415.\n\nBinary tensor data: the content type is \##
        application/octet-stream, the header Inference-Header-Content-Length says how many bytes of the body are JSON, \##
        and the bytes of each input with a parameter binary_data_size follow, in the order of the inputs. FP32 values \##
        have their least significant byte first; of BYTES each element is preceded by its length in four such bytes, and \##
        pictures are plain files, not base64. Outputs are given so if their parameter binary_data, or the request's \##
        binary_data_output, is true; the answer's header Inference-Header-Content-Length then says where they begin.",
          "parameters": [
            {"$ref": "#/components/parameters/ModelName"},
            {"$ref": "#/components/parameters/InferenceHeaderLength"},
            {"$ref": "#/components/parameters/RequestTimeout"},
            {"$ref": "#/components/parameters/RequestID"}
          ],
          "requestBody": {
            "required": true,
            "content": {
              "application/json": {
                "schema": {"$ref": "#/components/schemas/InferenceRequest"},
                "examples": {
                  "pictures": {"value": {
                    "inputs": [
                      {"name": "image", "datatype": "BYTES", "shape": [1], "data": ["\##(tinyPicture)"]},
                      {"name": "labels", "datatype": "BYTES", "shape": [2], "data": ["pool", "bed"]}
                    ],
                    "outputs": [{"name": "scores"}, {"name": "embedding"}]
                  }},
                  "texts": {"value": {
                    "id": "7",
                    "inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a pool at night"]}]
                  }}
                }
              },
              "application/octet-stream": {
                "schema": {
                  "type": "string", "format": "binary", "minLength": 1,
                  "description": "JSON as in application/json, with binary_data_size instead of data, then the tensors."
                }
              }
            }
          },
          "responses": {
            "200": {
              "description": "The outputs, in the order of the wishes.",
              "headers": {
                "X-Request-Id": {"$ref": "#/components/headers/RequestID"},
                "Inference-Header-Content-Length": {"$ref": "#/components/headers/InferenceHeaderLength"}
              },
              "content": {
                "application/json": {
                  "schema": {"$ref": "#/components/schemas/InferenceAnswer"},
                  "example": {
                    "model_name": "hotel", "model_version": "1",
                    "outputs": [
                      {"name": "scores", "datatype": "FP32", "shape": [1, 2], "data": [0.97, 0.02]},
                      {"name": "labels", "datatype": "BYTES", "shape": [2], "data": ["pool", "bed"]}
                    ]
                  }
                },
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
              }
            },
            \##(refused(limits, by: Refusal.ofWork, protocolForm: true))
          }
        }}
        """##
    }

    /// The schemas of what that route takes and gives as a whole.
    static func inferenceSchemas(_ limits: Limits) -> String {
        ##"""
        "InferenceRequest": {
          "description": "Pictures, with labels where the model's own are not wanted, or texts.",
          "oneOf": [
            {
              "type": "object", "additionalProperties": false, "required": ["inputs"],
              "properties": {
                "id": {"$ref": "#/components/schemas/InferenceID"},
                "parameters": {"$ref": "#/components/schemas/RequestParameters"},
                "inputs": {"anyOf": [
                  {
                    "type": "array", "minItems": 1, "maxItems": 1,
                    "items": {"$ref": "#/components/schemas/PictureTensor"}
                  },
                  {
                    "type": "array", "minItems": 2, "maxItems": 2,
                    "prefixItems": [
                      {"$ref": "#/components/schemas/PictureTensor"}, {"$ref": "#/components/schemas/LabelTensor"}
                    ]
                  },
                  {
                    "type": "array", "minItems": 2, "maxItems": 2,
                    "prefixItems": [
                      {"$ref": "#/components/schemas/LabelTensor"}, {"$ref": "#/components/schemas/PictureTensor"}
                    ]
                  }
                ]},
                "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/PictureOutput"}}
              }
            },
            {
              "type": "object", "additionalProperties": false, "required": ["inputs"],
              "properties": {
                "id": {"$ref": "#/components/schemas/InferenceID"},
                "parameters": {"$ref": "#/components/schemas/RequestParameters"},
                "inputs": {
                  "type": "array", "minItems": 1, "maxItems": 1, "items": {"$ref": "#/components/schemas/TextTensor"}
                },
                "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/TextOutput"}}
              }
            }
          ]
        },
        "InferenceID": {"type": "string", "description": "Given back in the answer."},
        "InferenceAnswer": {
          "type": "object", "additionalProperties": false, "required": ["model_name", "model_version", "outputs"],
          "properties": {
            "model_name": {"type": "string"},
            "model_version": {"type": "string", "const": "1"},
            "id": {"$ref": "#/components/schemas/InferenceID"},
            "outputs": {
              "type": "array", "minItems": 1, "maxItems": 3,
              "items": {"oneOf": [
                {
                  "type": "object", "additionalProperties": false, "required": ["name", "datatype", "shape", "data"],
                  "properties": {
                    "name": {"type": "string", "enum": ["scores", "embedding"]},
                    "datatype": {"type": "string", "const": "FP32"},
                    "shape": {
                      "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": 1}
                    },
                    "data": {
                      "type": "array", "minItems": 1, "items": {"type": "number"},
                      "description": "Row after row."
                    }
                  }
                },
                {
                  "type": "object", "additionalProperties": false, "required": ["name", "datatype", "shape", "data"],
                  "properties": {
                    "name": {"type": "string", "const": "labels"},
                    "datatype": {"type": "string", "const": "BYTES"},
                    "shape": {
                      "type": "array", "minItems": 1, "maxItems": 1, "items": {"type": "integer", "minimum": 1}
                    },
                    "data": {"type": "array", "minItems": 1, "items": {"type": "string"}}
                  }
                }
              ]}
            }
          }
        }
        """##
    }
}
