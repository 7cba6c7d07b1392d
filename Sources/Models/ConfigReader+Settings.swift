// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/model.py

import FileIO
import JSON

extension ConfigReader {
    /// A tower's activation as `act_kwargs` of open_clip changes it.
    func openCLIPActivation(usual: Activation) throws(InputError) -> Activation {
        guard let settings = try object("act_kwargs") else { return usual }
        try settings.refuseAll(besides: ["approximate"])
        let name = try settings.string("approximate", default: "none")
        guard usual == .gelu, ["none", "tanh"].contains(name) else {
            throw settings.bad("approximate", "is '\(name)', only 'none' and 'tanh' can be used, without quick_gelu")
        }
        return name == "tanh" ? .geluTanh : .gelu
    }

    /// The ε of a tower's norms in `norm_kwargs` of open_clip.
    func openCLIPEpsilon() throws(InputError) -> Double {
        guard let norm = try object("norm_kwargs") else { return 1e-5 }
        try norm.refuseAll(besides: ["eps"])
        return try norm.positive("eps", default: 1e-5)
    }

    /// Refuses every key but these that is not off: what nobody has looked at may change numbers.
    func refuseAll(besides known: Set<String>) throws(InputError) {
        for member in value.members ?? [] where !known.contains(member.key) && !member.value.isOff {
            throw bad(member.key, "asks for something that cannot be used; only plain CLIP towers can")
        }
    }
}

extension JSONValue {
    /// Whether a setting is absent, off or empty.
    var isOff: Bool {
        switch self {
        case .null, .bool(false), .integer(0), .number(0), .string(""), .array([]), .object([]): true
        default: false
        }
    }
}
