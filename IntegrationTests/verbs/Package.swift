// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// A program of somebody else's that does what mumic does, without any code from the command. consumer.sh gives the
// repository's address; the dependency is by version.
let package = Package(
    name: "verbs",
    dependencies: [.package(url: Context.environment["MUMIC_REPOSITORY"] ?? "", from: "9.9.9")],
    targets: [
        .executableTarget(
            name: "verbs",
            dependencies: [
                "Audit", "Datasets", "Evaluation", "FileIO", "Hub", "Interpolation", "MultiLabel", "Report", "Search",
                "Torch", "Training", "TrainingOptions",
            ].map { .product(name: $0, package: "mumic") })
    ],
    swiftLanguageModes: [.v6]
)
