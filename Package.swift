// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// The libraries find libtorch through pkg-config and stay usable by version from other packages. Only what is run,
// the program and the tests, needs to know where the shared objects lie: beside the checkout's build folder, or, for a
// libtorch elsewhere, where `make build` says.
let runPaths =
    ["$ORIGIN/../lib/mumic", "$ORIGIN/../../../.deps/libtorch/lib"]
    + (Context.environment["MUMIC_LIBTORCH_RPATH"].map { [$0] } ?? [])
let linksLibtorch: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "--no-as-needed"] + runPaths.flatMap { ["-Xlinker", "-rpath", "-Xlinker", $0] })
]

/// A test target of a library, with fixtures where it has some; linked with libtorch where it reaches it.
func test(_ name: String, _ more: [Target.Dependency] = [], fixtures: Bool = false, torch: Bool = false) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + more,
        resources: fixtures ? [.copy("Fixtures")] : [], linkerSettings: torch ? linksLibtorch : [])
}

let tests: [Target] = [
    test("FileIO"),
    test("Randomness"),
    test("JSON", ["FileIO"]),
    test("Safetensors", ["FileIO"], fixtures: true),
    test("PyTorchFiles", ["FileIO", "Safetensors"], fixtures: true),
    test("Terminal"),
    test("TensorBoard", ["FileIO"], fixtures: true),
    test("ContentHash", ["FileIO"], fixtures: true),
    test("Hub", ["ContentHash", "FileIO", "PyTorchFiles"]),
    test("Tokenization", ["FileIO"], fixtures: true),
    test("Evaluation", ["Datasets", "FileIO"], fixtures: true),
    test("Audit", ["Datasets", "FileIO", "JSON"], fixtures: true),
    test("Datasets", ["ContentHash", "FileIO", "JSON"], fixtures: true),
    test("Duplicates", ["Datasets", "FileIO", "Imaging", "Randomness"]),
    test("Report", ["Audit", "Datasets", "Evaluation", "FileIO", "Imaging"]),
    test("Imaging", ["CResample", "ContentHash", "FileIO", "Randomness"], fixtures: true),
    test("Torch", torch: true),
    test("TorchNN", ["FileIO", "Safetensors", "Torch"], fixtures: true, torch: true),
    test(
        "Models", ["FileIO", "Imaging", "Safetensors", "Tokenization", "Torch", "TorchNN"], fixtures: true, torch: true),
    test(
        "MultiLabel",
        ["Models", "Datasets", "Evaluation", "FileIO", "Imaging", "Safetensors", "Tokenization", "Torch", "TorchNN"],
        fixtures: true, torch: true),
    test("Search", ["Models", "FileIO", "MultiLabel"], torch: true),
    test("PictureIndex", ["Datasets", "FileIO", "Models", "MultiLabel", "Search", "Torch", grdb], torch: true),
    test(
        "Interpolation",
        ["Models", "Datasets", "Evaluation", "FileIO", "MultiLabel", "Torch", "TorchNN"], torch: true),
    test("TrainingOptions", ["FileIO", "Imaging", "Models", "TorchNN"], torch: true),
    test(
        "Training",
        [
            "Models", "ContentHash", "Datasets", "Evaluation", "FileIO", "Imaging", "Randomness", "MultiLabel",
            "Report",
            "Safetensors", "Torch", "TorchNN", "TrainingOptions",
        ],
        fixtures: true, torch: true),
    test(
        "Pretraining",
        [
            "Models", "Datasets", "FileIO", "Imaging", "Randomness", "Safetensors", "Tokenization", "Torch", "TorchNN",
            "Training", "TrainingOptions",
        ],
        fixtures: true, torch: true),
    test(
        "Serving",
        ["Datasets", "Evaluation", "FileIO", "Imaging", "JSON", "MultiLabel", "Torch", httpTypes, logging, nioCore],
        torch: true),
    test("SampleWorld", ["sample-world", "Datasets", "Evaluation", "FileIO", "Imaging"]),
    .testTarget(
        name: "ExperimentsTests",
        dependencies: ["ExperimentTables", "experiments", "Datasets", "Evaluation", "FileIO", "TestSupport"],
        resources: [.copy("Fixtures")], linkerSettings: linksLibtorch),
    // The program as a process: built because it is named here, and found beside the tests.
    .testTarget(
        name: "MumicTests",
        dependencies: ["Evaluation", "FileIO", "MultiLabel", "PictureIndex", "Search", "mumic", "TestSupport"],
        linkerSettings: linksLibtorch
    ),
]

let package = Package(
    name: "mumic",
    products: [
        .executable(name: "mumic", targets: ["mumic"]),
        .library(name: "FileIO", targets: ["FileIO"]),
        .library(name: "Randomness", targets: ["Randomness"]),
        .library(name: "Torch", targets: ["Torch"]),
        .library(name: "TorchNN", targets: ["TorchNN"]),
        .library(name: "Imaging", targets: ["Imaging"]),
        .library(name: "Tokenization", targets: ["Tokenization"]),
        .library(name: "Models", targets: ["Models"]),
        .library(name: "Evaluation", targets: ["Evaluation"]),
        .library(name: "Report", targets: ["Report"]),
        .library(name: "Datasets", targets: ["Datasets"]),
        .library(name: "Duplicates", targets: ["Duplicates"]),
        .library(name: "MultiLabel", targets: ["MultiLabel"]),
        .library(name: "Search", targets: ["Search"]),
        .library(name: "PictureIndex", targets: ["PictureIndex"]),
        .library(name: "Interpolation", targets: ["Interpolation"]),
        .library(name: "Audit", targets: ["Audit"]),
        .library(name: "Training", targets: ["Training"]),
        .library(name: "TrainingOptions", targets: ["TrainingOptions"]),
        .library(name: "Pretraining", targets: ["Pretraining"]),
        .library(name: "Serving", targets: ["Serving"]),
        .library(name: "Hub", targets: ["Hub"]),
        .library(name: "Safetensors", targets: ["Safetensors"]),
        .library(name: "PyTorchFiles", targets: ["PyTorchFiles"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibTorch", pkgConfig: "libtorch"),
        .target(name: "CTorch", dependencies: ["CLibTorch"]),
        .target(
            name: "CImageCodecs",
            linkerSettings: [
                .linkedLibrary("turbojpeg"), .linkedLibrary("png"), .linkedLibrary("webp"),
                .linkedLibrary("webpdemux"),
            ]),
        .target(name: "CResample"),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // What an executable needs before its libraries are loaded; never part of a library that others link.
        .target(name: "CStartup"),
        .target(name: "ContentHash", dependencies: ["CCrypto", "FileIO"]),
        .target(name: "FileIO"),
        .target(name: "Randomness"),
        .target(name: "JSON", dependencies: ["FileIO"]),
        .target(name: "Terminal"),
        .target(name: "TensorBoard", dependencies: ["FileIO", "JSON"]),
        .target(name: "Safetensors", dependencies: ["FileIO", "JSON"]),
        .target(name: "Torch", dependencies: ["CTorch", "FileIO"]),
        .target(name: "PyTorchFiles", dependencies: ["FileIO", "Safetensors"]),
        .target(name: "TorchNN", dependencies: ["Torch", "PyTorchFiles", "Safetensors", "FileIO", "Randomness"]),
        .target(name: "Imaging", dependencies: ["CImageCodecs", "CResample", "FileIO", "JSON", "Randomness"]),
        .target(name: "Tokenization", dependencies: ["FileIO", "JSON"]),
        .target(
            name: "Models",
            dependencies: [
                "TorchNN", "Torch", "Tokenization", "Imaging", "PyTorchFiles", "Safetensors", "ContentHash", "FileIO",
                "JSON",
            ]),
        .target(name: "Evaluation", dependencies: ["Datasets", "FileIO", "JSON"]),
        .target(name: "Audit", dependencies: ["Datasets", "Evaluation", "FileIO", "JSON", "Randomness"]),
        .target(name: "Datasets", dependencies: ["ContentHash", "FileIO", "JSON"]),
        .target(
            name: "Duplicates", dependencies: ["ContentHash", "Datasets", "FileIO", "Imaging", "Randomness"]),
        .target(name: "Report", dependencies: ["Audit", "Datasets", "Evaluation", "FileIO", "Imaging", mustache]),
        .target(name: "Hub", dependencies: ["ContentHash", "FileIO", "PyTorchFiles", "Safetensors"]),
        .target(
            name: "MultiLabel",
            dependencies: [
                "Models", "Datasets", "Evaluation", "TorchNN", "Torch", "Imaging", "Safetensors", "FileIO", "JSON",
                "Tokenization",
            ]),
        .target(
            name: "TrainingOptions",
            dependencies: [
                "MultiLabel", "Models", "Datasets", "TorchNN", "Torch", "Imaging", "FileIO", argumentParser, yams,
            ]),
        .target(
            name: "Search",
            dependencies: ["MultiLabel", "Models", "Torch", "Tokenization", "Imaging", "FileIO", "JSON"]),
        // Features of pictures in an SQLite file.
        .target(
            name: "PictureIndex",
            dependencies: [
                "Search", "MultiLabel", "Models", "Torch", "Datasets", "Imaging", "ContentHash", "FileIO", "JSON", grdb,
            ]),
        .target(
            name: "Interpolation",
            dependencies: [
                "MultiLabel", "Evaluation", "Datasets", "Models", "TorchNN", "Torch", "Imaging", "FileIO",
            ]),
        .target(
            name: "Training",
            dependencies: [
                "TrainingOptions", "MultiLabel", "Report", "Evaluation", "Datasets", "Duplicates", "Models", "TorchNN",
                "Torch",
                "Imaging", "Randomness", "Safetensors", "ContentHash", "FileIO", "JSON", "TensorBoard", "Terminal",
            ]),
        .target(
            name: "Pretraining",
            dependencies: [
                "Training", "TrainingOptions", "MultiLabel", "Datasets", "Models", "TorchNN", "Torch", "Imaging",
                "Randomness", "Tokenization", "Safetensors", "ContentHash", "FileIO", "Terminal",
            ]),
        // The HTTP server.
        .target(
            name: "Serving",
            dependencies: [
                "MultiLabel", "PictureIndex", "Search", "Models", "Tokenization", "Torch", "Imaging", "Datasets",
                "Evaluation",
                "FileIO", "JSON", "ContentHash", "Terminal", httpTypes, hummingbirdCore, serviceLifecycle, logging,
                nioCore,
                nioHTTP1, nioPosix,
            ]),
        .executableTarget(
            name: "mumic",
            dependencies: [
                "CStartup", "Audit", "Interpolation", "Serving", "Pretraining", "PictureIndex", "Search", "Training",
                "TrainingOptions",
                "MultiLabel", "Evaluation", "Datasets", "Duplicates", "Models", "Imaging",
                "Torch", "TorchNN", "Tokenization", "Hub", "FileIO", "JSON", "Report", "Terminal", "Safetensors",
                "ContentHash", argumentParser, logging,
            ],
            linkerSettings: linksLibtorch),
        // What the tests share.
        .target(name: "TestSupport", dependencies: ["FileIO"], path: "Tests/TestSupport"),
        // The sample world of make demo and of the tests.
        .systemLibrary(
            name: "CCairo", path: "Examples/CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .target(
            name: "SampleWorld", dependencies: ["CCairo", "Datasets", "FileIO", "Imaging", "Randomness"],
            path: "Examples/SampleWorld/Library"),
        .executableTarget(
            name: "sample-world", dependencies: ["SampleWorld", "FileIO", "Terminal", argumentParser],
            path: "Examples/SampleWorld/Tool"),
        // The tables of docs/experiments.md, run by calling the programs above.
        .target(
            name: "ExperimentTables",
            dependencies: [
                "ContentHash", "Datasets", "Evaluation", "FileIO", "JSON", "Models", "MultiLabel", "Torch", "Training",
                yams,
            ],
            path: "Experiments/Library"),
        .executableTarget(
            name: "experiments", dependencies: ["ExperimentTables", "Datasets", "FileIO", "Terminal", argumentParser],
            path: "Experiments/Tool", linkerSettings: linksLibtorch),
    ] + tests,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)

let cTargets = ["CTorch", "CImageCodecs", "CResample", "CStartup"]
for target in package.targets
where [.regular, .executable, .test].contains(target.type) && !cTargets.contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? [])
        + ["ExistentialAny", "MemberImportVisibility", "InternalImportsByDefault", "NonisolatedNonsendingByDefault"]
        .map { .enableUpcomingFeature($0) }
}
