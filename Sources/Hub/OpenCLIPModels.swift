// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/pretrained.py

/// Which repository of the Hub holds what open_clip calls by architecture and tag, such as `ViT-B-32/laion2b_s34b_b79k`.
///
/// Vision transformers with CLIP's own text tower, as far as they are on the Hub; OpenAI's weights are taken from their
/// repositories in transformers' layout, which hold the same numbers.
enum OpenCLIPModels {
    /// The repository of a name; nil for one that open_clip does not know so, or that is no vision transformer of CLIP's.
    static func repository(architecture: Substring, tag: Substring) -> String? {
        repositories[String(architecture)]?[String(tag)]
    }

    private static let repositories: [String: [String: String]] = [
        "ViT-B-32": [
            "openai": "openai/clip-vit-base-patch32",
            "laion2b_s34b_b79k": "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
            "datacomp_xl_s13b_b90k": "laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K",
            "datacomp_m_s128m_b4k": "laion/CLIP-ViT-B-32-DataComp.M-s128M-b4K",
            "datacomp_s_s13m_b4k": "laion/CLIP-ViT-B-32-DataComp.S-s13M-b4K",
        ],
        "ViT-B-32-quickgelu": ["openai": "openai/clip-vit-base-patch32"],
        "ViT-B-32-256": ["datacomp_s34b_b86k": "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K"],
        "ViT-B-16": [
            "openai": "openai/clip-vit-base-patch16",
            "laion2b_s34b_b88k": "laion/CLIP-ViT-B-16-laion2B-s34B-b88K",
            "datacomp_xl_s13b_b90k": "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K",
            "datacomp_l_s1b_b8k": "laion/CLIP-ViT-B-16-DataComp.L-s1B-b8K",
        ],
        "ViT-L-14": [
            "openai": "openai/clip-vit-large-patch14",
            "laion2b_s32b_b82k": "laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
            "datacomp_xl_s13b_b90k": "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K",
        ],
        "ViT-L-14-336": ["openai": "openai/clip-vit-large-patch14-336"],
        "ViT-H-14": ["laion2b_s32b_b79k": "laion/CLIP-ViT-H-14-laion2B-s32B-b79K"],
        "ViT-g-14": [
            "laion2b_s12b_b42k": "laion/CLIP-ViT-g-14-laion2B-s12B-b42K",
            "laion2b_s34b_b88k": "laion/CLIP-ViT-g-14-laion2B-s34B-b88K",
        ],
        "ViT-bigG-14": ["laion2b_s39b_b160k": "laion/CLIP-ViT-bigG-14-laion2B-39B-b160k"],
    ]
}
