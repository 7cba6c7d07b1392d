// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// The routes of the Open Inference Protocol that tell of the server and its models.
    static func protocolInformation(_ limits: Limits) -> [String] {
        [server(limits)] + [false, true].map { model(limits, named: $0) }
    }

    private static func server(_ limits: Limits) -> String {
        ##"""
        "/v2": {"get": {
          "operationId": "getServerMetadata", "tags": ["Open Inference Protocol"], "summary": "What the server is",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "Name, version and extensions.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/ServerMetadata"},
                "example": {"name": "mumic", "version": "1.0.0", "extensions": ["binary_tensor_data"]}
              }}
            },
            \##(refused(limits, protocolForm: true))
          }
        }},
        "/v2/health/live": {"get": {
          "operationId": "getServerLive", "tags": ["Open Inference Protocol"], "summary": "Whether the process lives",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "It does.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/ServerLive"}, "example": {"live": true}
              }}
            },
            \##(refused(limits, protocolForm: true))
          }
        }},
        "/v2/health/ready": {"get": {
          "operationId": "getServerReady", "tags": ["Open Inference Protocol"],
          "summary": "Whether requests should be sent here",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "They should.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/ServerReady"}, "example": {"ready": true}
              }}
            },
            "503": {
              "description": "They should not, for the reasons of GET /readyz.", \##(notReadyHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/ServerReady"}, "example": {"ready": false}
              }}
            },
            \##(refused(limits, protocolForm: true))
          }
        }}
        """##
    }

    private static func model(_ limits: Limits, named version: Bool) -> String {
        let path = "/v2/models/{model}" + (version ? "/versions/1" : "")
        let name = version ? "Version" : ""
        return ##"""
            "\##(path)": {"get": {
              "operationId": "getModelMetadata\##(name)", "tags": ["Open Inference Protocol"],
              "summary": "The tensors that a model takes and gives",
              "parameters": [
                {"$ref": "#/components/parameters/ModelName"}, {"$ref": "#/components/parameters/RequestID"}
              ],
              "responses": {
                "200": {
                  "description": "The tensors; -1 stands for any length.", \##(answerHeaders),
                  "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/ModelMetadata"},
                    "example": {
                      "name": "hotel", "versions": ["1"], "platform": "mumic",
                      "inputs": [
                        {"name": "image", "datatype": "BYTES", "shape": [-1]},
                        {"name": "text", "datatype": "BYTES", "shape": [-1]},
                        {"name": "pixels", "datatype": "FP32", "shape": [-1, 3, 224, 224]},
                        {"name": "labels", "datatype": "BYTES", "shape": [-1]}
                      ],
                      "outputs": [
                        {"name": "scores", "datatype": "FP32", "shape": [-1, -1]},
                        {"name": "labels", "datatype": "BYTES", "shape": [-1]},
                        {"name": "embedding", "datatype": "FP32", "shape": [-1, 512]}
                      ]
                    }
                  }}
                },
                \##(refused(limits, by: [.notFound, .unavailable], protocolForm: true))
              }
            }},
            "\##(path)/ready": {"get": {
              "operationId": "getModelReady\##(name)", "tags": ["Open Inference Protocol"],
              "summary": "Whether a model answers",
              "parameters": [
                {"$ref": "#/components/parameters/ModelName"}, {"$ref": "#/components/parameters/RequestID"}
              ],
              "responses": {
                "200": {
                  "description": "It does.", \##(answerHeaders),
                  "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/ModelReady"}, "example": {"name": "hotel", "ready": true}
                  }}
                },
                "503": {
                  "description": "It does not, for the reasons of GET /readyz.", \##(notReadyHeaders),
                  "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/ModelReady"}, "example": {"name": "hotel", "ready": false}
                  }}
                },
                \##(refused(limits, by: [.notFound], protocolForm: true))
              }
            }}
            """##
    }

    private static let notReadyHeaders = ##"""
        "headers": {
          "X-Request-Id": {"$ref": "#/components/headers/RequestID"},
          "Retry-After": {"$ref": "#/components/headers/RetryAfter"}
        }
        """##

    /// The schemas of those routes.
    static let protocolSchemas = ##"""
        "ServerMetadata": {
          "type": "object", "additionalProperties": false, "required": ["name", "version", "extensions"],
          "properties": {
            "name": {"type": "string", "const": "mumic"},
            "version": {"type": "string"},
            "extensions": {"type": "array", "items": {"type": "string"}}
          }
        },
        "ServerLive": {
          "type": "object", "additionalProperties": false, "required": ["live"],
          "properties": {"live": {"type": "boolean"}}
        },
        "ServerReady": {
          "type": "object", "additionalProperties": false, "required": ["ready"],
          "properties": {"ready": {"type": "boolean"}}
        },
        "ModelReady": {
          "type": "object", "additionalProperties": false, "required": ["name", "ready"],
          "properties": {"name": {"type": "string"}, "ready": {"type": "boolean"}}
        },
        "ModelMetadata": {
          "type": "object", "additionalProperties": false,
          "required": ["name", "versions", "platform", "inputs", "outputs"],
          "properties": {
            "name": {"type": "string"},
            "versions": {"type": "array", "items": {"type": "string", "const": "1"}},
            "platform": {"type": "string", "const": "mumic"},
            "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/TensorMetadata"}},
            "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/TensorMetadata"}}
          }
        },
        "TensorMetadata": {
          "type": "object", "additionalProperties": false, "required": ["name", "datatype", "shape"],
          "properties": {
            "name": {"type": "string"},
            "datatype": {"type": "string", "enum": ["BYTES", "FP32"]},
            "shape": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": -1}}
          }
        }
        """##
}
