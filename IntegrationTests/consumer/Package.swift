// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// What somebody else's package looks like. consumer.sh gives the repository's address; the dependency is by version,
// which SwiftPM refuses as soon as a library target needs unsafe flags.
let package = Package(
    name: "consumer",
    dependencies: [.package(url: Context.environment["MUMIC_REPOSITORY"] ?? "", from: "9.9.9")],
    targets: [
        .executableTarget(
            name: "consumer",
            dependencies: ["Torch", "Models", "Evaluation", "MultiLabel"].map { .product(name: $0, package: "mumic") })
    ],
    swiftLanguageModes: [.v6]
)
