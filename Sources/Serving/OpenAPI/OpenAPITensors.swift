// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// The schemas of the Open Inference Protocol's inputs and of its wishes for outputs.
    static func tensorSchemas(_ limits: Limits) -> String {
        [
            bytes(
                "ImageTensor", name: "image", items: "Picture", limit: limits.maximumPictures,
                description: "Files of pictures, in base64."),
            bytes(
                "TextTensor", name: "text", items: "Text", limit: limits.maximumLabels,
                description: "Texts, which are embedded as they are."),
            bytes(
                "LabelTensor", name: "labels", items: "Text", limit: limits.maximumLabels,
                description: "Labels to score instead of the model's own."),
            output(
                "PictureOutput", names: #"["scores", "labels", "embedding"]"#,
                description: "An output of pictures."),
            output("TextOutput", names: #"["embedding"]"#, description: "The output of texts."),
            pixels(limits), tensorParameters,
        ].joined(separator: ",\n")
    }

    /// A tensor of strings.
    private static func bytes(
        _ schema: String, name: String, items: String, limit: Int, description: String
    ) -> String {
        ##"""
        "\##(schema)": {
          "type": "object", "additionalProperties": false, "required": ["name", "datatype", "shape", "data"],
          "description": "\##(description)",
          "properties": {
            "name": {"type": "string", "const": "\##(name)"},
            "datatype": {"type": "string", "const": "BYTES"},
            "shape": {
              "type": "array", "minItems": 1, "maxItems": 1,
              "items": {"type": "integer", "minimum": 1, "maximum": \##(limit)}
            },
            "data": {
              "type": "array", "minItems": 1, "maxItems": \##(limit),
              "items": {"$ref": "#/components/schemas/\##(items)"}
            },
            "parameters": {"$ref": "#/components/schemas/InputParameters"}
          }
        }
        """##
    }

    /// A wish for an output.
    private static func output(_ schema: String, names: String, description: String) -> String {
        ##"""
        "\##(schema)": {
          "type": "object", "additionalProperties": false, "required": ["name"],
          "description": "\##(description)",
          "properties": {
            "name": {"type": "string", "enum": \##(names)},
            "parameters": {"$ref": "#/components/schemas/OutputParameters"}
          }
        }
        """##
    }

    private static func pixels(_ limits: Limits) -> String {
        ##"""
        "PictureTensor": {
          "anyOf": [{"$ref": "#/components/schemas/ImageTensor"}, {"$ref": "#/components/schemas/PixelTensor"}]
        },
        "PixelTensor": {
          "type": "object", "additionalProperties": false, "required": ["name", "datatype", "shape", "data"],
          "description": "Pictures that are scaled and normalized as the model wants them: [N, 3, height, width].",
          "properties": {
            "name": {"type": "string", "const": "pixels"},
            "datatype": {"type": "string", "const": "FP32"},
            "shape": {
              "type": "array", "minItems": 4, "maxItems": 4,
              "prefixItems": [
                {"type": "integer", "minimum": 1, "maximum": \##(limits.maximumPictures)},
                {"type": "integer", "const": 3},
                {"type": "integer", "minimum": 1},
                {"type": "integer", "minimum": 1}
              ]
            },
            "data": {
              "description": "One value after the other, or nested as the shape is.",
              "anyOf": [{"$ref": "#/components/schemas/PixelRow"}, \##(nested)]
            },
            "parameters": {"$ref": "#/components/schemas/InputParameters"}
          }
        },
        "PixelRow": {
          "type": "array", "minItems": 1,
          "items": {"type": "number", "minimum": -1000000, "maximum": 1000000}
        }
        """##
    }

    /// Lists of lists of lists of rows.
    private static let nested = (0..<3).reduce(##"{"$ref": "#/components/schemas/PixelRow"}"##) { items, _ in
        #"{"type": "array", "minItems": 1, "items": \#(items)}"#
    }

    /// Parameters that are not known are not looked at, but are of a kind that the protocol allows.
    private static let tensorParameters = ##"""
        "InputParameters": {
          "type": "object", "description": "Unknown ones are not looked at.",
          "properties": {"binary_data_size": false},
          "additionalProperties": {"type": ["string", "number", "boolean"]}
        },
        "OutputParameters": {
          "type": "object", "description": "Unknown ones are not looked at.",
          "properties": {"binary_data": {"type": "boolean", "default": false}},
          "additionalProperties": {"type": ["string", "number", "boolean"]}
        },
        "RequestParameters": {
          "type": "object", "description": "Unknown ones are not looked at.",
          "properties": {"binary_data_output": {"type": "boolean", "default": false}},
          "additionalProperties": {"type": ["string", "number", "boolean"]}
        }
        """##
}
