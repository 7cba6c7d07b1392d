// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// Base64 that is not empty, padded and without line ends, as a pattern.
    static let base64Pattern =
        "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)"

    /// Errors, pictures and texts.
    static func commonSchemas(_ limits: Limits) -> String {
        ##"""
        "Problem": {
          "type": "object", "additionalProperties": false, "required": ["code", "message"],
          "properties": {
            "code": {
              "type": "string", "description": "For programs.",
              "enum": [
                "bad_request", "unreadable_picture", "unauthorized", "not_found", "model_not_found", "no_index",
                "method_not_allowed", "request_timeout", "deadline_exceeded", "too_large", "unsupported_media_type",
                "expectation_failed", "overloaded", "headers_too_large", "internal_error", "loading", "draining"
              ]
            },
            "message": {"type": "string", "minLength": 1, "description": "For people; may change."}
          }
        },
        "Error": {
          "type": "object", "additionalProperties": false, "required": ["error"],
          "properties": {"error": {"$ref": "#/components/schemas/Problem"}}
        },
        "ProtocolError": {
          "type": "object", "additionalProperties": false, "required": ["error"],
          "description": "An error as the Open Inference Protocol writes it.",
          "properties": {"error": {"type": "string", "minLength": 1}}
        },
        "AnyError": {
          "oneOf": [{"$ref": "#/components/schemas/Error"}, {"$ref": "#/components/schemas/ProtocolError"}]
        },
        "Failed": {
          "type": "object", "additionalProperties": false, "required": ["error"],
          "description": "Why there is no result for a picture.",
          "properties": {
            "image": {"$ref": "#/components/schemas/FileName"}, "error": {"$ref": "#/components/schemas/Problem"}
          }
        },
        "FileName": {"type": "string", "description": "The file name of a form's part, where it has one."},
        "ModelChoice": {"type": "string", "description": "The model's name; the default model if it is left out."},
        "Picture": {
          "type": "string",
          "description": "A JPEG, PNG or WebP in base64, bare or as a data URL.",
          "pattern": "^(?:data:image/[a-z0-9.+-]+;base64,)?\##(base64Pattern)$",
          "examples": ["\##(tinyPicture)"]
        },
        "Pictures": {
          "type": "array", "minItems": 1, "maxItems": \##(limits.maximumPictures),
          "items": {"$ref": "#/components/schemas/Picture"}
        },
        "PictureFile": {
          "type": "string", "format": "binary", "minLength": 1,
          "description": "A JPEG, PNG or WebP. 415 if the bytes begin like none of these, 400 if they are broken."
        },
        "PictureFiles": {
          "type": "array", "minItems": 1, "maxItems": \##(limits.maximumPictures),
          "description": "Files, a picture each: the parts have a file name. Broken ones have an error in the results.",
          "items": {"type": "string", "format": "binary"}
        },
        "Text": {
          "type": "string", "minLength": 1, "maxLength": \##(limits.maximumLabelLength),
          "description": "Not blank: not only spaces, tabs and line ends. Lengths count Unicode scalars.",
          "pattern": "[^ \\t\\r\\n]"
        },
        "Texts": {
          "type": "array", "minItems": 1, "maxItems": \##(limits.maximumLabels),
          "items": {"$ref": "#/components/schemas/Text"}
        }
        """##
    }

    /// What is told of the server and its models.
    static let informationSchemas = ##"""
        "Health": {
          "type": "object", "additionalProperties": false, "required": ["status"],
          "properties": {"status": {"type": "string", "const": "ok"}}
        },
        "Ready": {
          "type": "object", "additionalProperties": false, "required": ["status"],
          "properties": {"status": {"type": "string", "const": "ready"}}
        },
        "NotReady": {
          "type": "object", "additionalProperties": false, "required": ["status"],
          "properties": {"status": {"type": "string", "enum": ["loading", "draining", "stuck"]}}
        },
        "Model": {
          "type": "object", "additionalProperties": false,
          "required": [
            "id", "object", "created", "owned_by", "default", "family", "image_size", "dimensions", "labels",
            "calibrated", "thresholds", "index"
          ],
          "properties": {
            "id": {"type": "string", "description": "The name."},
            "object": {"type": "string", "const": "model"},
            "created": {"type": "integer", "minimum": 0, "description": "When it was loaded, in Unix seconds."},
            "owned_by": {"type": "string", "const": "mumic"},
            "default": {"type": "boolean", "description": "Whether requests without a model get it."},
            "family": {"type": "string", "examples": ["CLIPModel", "SiglipModel"]},
            "image_size": {
              "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": 1},
              "description": "Height and width of prepared pictures."
            },
            "dimensions": {"type": "integer", "minimum": 1, "description": "The length of embeddings."},
            "labels": {"type": "integer", "minimum": 0, "description": "How many labels it has by itself."},
            "calibrated": {"type": "boolean", "description": "Whether probabilities are calibrated."},
            "thresholds": {"type": "boolean", "description": "Whether threshold can be fitted."},
            "index": {"type": ["integer", "null"], "minimum": 0, "description": "The rows of its index; null: none."}
          }
        },
        "ModelList": {
          "type": "object", "additionalProperties": false, "required": ["object", "data"],
          "properties": {
            "object": {"type": "string", "const": "list"},
            "data": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Model"}}
          }
        },
        "LabelList": {
          "type": "object", "additionalProperties": false, "required": ["model", "labels"],
          "properties": {
            "model": {"type": "string"},
            "labels": {
              "type": "array",
              "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "prompts", "threshold"],
                "properties": {
                  "name": {"type": "string"},
                  "prompts": {"type": "array", "items": {"type": "string"}},
                  "threshold": {
                    "type": ["number", "null"], "minimum": 0, "maximum": 1,
                    "description": "The fitted threshold; null: none."
                  }
                }
              }
            }
          }
        }
        """##
}
