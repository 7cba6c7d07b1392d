// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// The routes that tell of the server and its models.
    static func information(_ limits: Limits) -> [String] {
        (limits.hasPage ? [page(limits)] : []) + [health(limits), metrics(limits), models(limits), labels(limits)]
    }

    private static func page(_ limits: Limits) -> String {
        ##"""
        "/": {"get": {
          "operationId": "getPage", "tags": ["Information"], "summary": "A page to try the models on",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "The page.", \##(answerHeaders),
              "content": {"text/html": {"schema": {"type": "string"}}}
            },
            \##(refused(limits))
          }
        }}
        """##
    }

    private static func health(_ limits: Limits) -> String {
        ##"""
        "/healthz": {"get": {
          "operationId": "getHealth", "tags": ["Information"], "summary": "Whether the process lives",
          "description": "Needs no token.", "security": [],
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "It does.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Health"}, "example": {"status": "ok"}
              }}
            },
            \##(refused(limits, needsToken: false))
          }
        }},
        "/readyz": {"get": {
          "operationId": "getReadiness", "tags": ["Information"], "summary": "Whether requests should be sent here",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "They should.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Ready"}, "example": {"status": "ready"}
              }}
            },
            "503": {
              "description": "Models are still being loaded, the server is about to end, or a batch does not end.",
              "headers": {
                "X-Request-Id": {"$ref": "#/components/headers/RequestID"},
                "Retry-After": {"$ref": "#/components/headers/RetryAfter"}
              },
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/NotReady"}, "example": {"status": "loading"}
              }}
            },
            \##(refused(limits))
          }
        }}
        """##
    }

    private static func metrics(_ limits: Limits) -> String {
        ##"""
        "/metrics": {"get": {
          "operationId": "getMetrics", "tags": ["Information"], "summary": "Figures for Prometheus",
          "description": "In the text format; all names begin with mumic_ or process_.",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "The figures.", \##(answerHeaders),
              "content": {"text/plain": {"schema": {"type": "string"}, "example": "mumic_ready 1\n"}}
            },
            \##(refused(limits))
          }
        }},
        "/openapi.json": {"get": {
          "operationId": "getOpenAPI", "tags": ["Information"], "summary": "This document",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "The document.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"type": "object", "required": ["openapi", "info", "paths"]}
              }}
            },
            \##(refused(limits))
          }
        }}
        """##
    }

    private static func models(_ limits: Limits) -> String {
        ##"""
        "/v1/models": {"get": {
          "operationId": "listModels", "tags": ["Information"], "summary": "The models, the default one first",
          "parameters": [{"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "The models.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/ModelList"},
                "example": {"object": "list", "data": [\##(modelExample)]}
              }}
            },
            \##(refused(limits, by: [.unavailable]))
          }
        }},
        "/v1/models/{model}": {"get": {
          "operationId": "getModel", "tags": ["Information"], "summary": "A model",
          "parameters": [
            {"$ref": "#/components/parameters/ModelName"}, {"$ref": "#/components/parameters/RequestID"}
          ],
          "responses": {
            "200": {
              "description": "The model.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Model"}, "example": \##(modelExample)
              }}
            },
            \##(refused(limits, by: [.notFound, .unavailable]))
          }
        }}
        """##
    }

    private static func labels(_ limits: Limits) -> String {
        ##"""
        "/v1/labels": {"get": {
          "operationId": "listLabels", "tags": ["Labels"], "summary": "The labels that a model scores by itself",
          "parameters": [{"$ref": "#/components/parameters/Model"}, {"$ref": "#/components/parameters/RequestID"}],
          "responses": {
            "200": {
              "description": "The labels; none if requests have to name them.", \##(answerHeaders),
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/LabelList"},
                "example": {"model": "hotel", "labels": [
                  {"name": "pool", "prompts": ["a photo of a pool."], "threshold": 0.4}
                ]}
              }}
            },
            \##(refused(limits, by: [.notFound, .unavailable]))
          }
        }}
        """##
    }

    private static let modelExample = #"""
        {"id": "hotel", "object": "model", "created": 1767225600, "owned_by": "mumic", "default": true, \#
        "family": "CLIPModel", "image_size": [224, 224], "dimensions": 512, "labels": 12, "calibrated": true, \#
        "thresholds": true, "index": null}
        """#
}
