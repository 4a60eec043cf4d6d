// swift-tools-version: 6.3
// Who may import whom. Tests/Unit/TidyTests checks that the sources agree.
import PackageDescription

let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

func module(_ name: String, imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: settings)
}

func program(_ name: String, imports: [Target.Dependency], path: String? = nil) -> Target {
    .executableTarget(name: name, dependencies: imports, path: path, swiftSettings: settings)
}

func tests(_ name: String, of imports: [Target.Dependency]) -> Target {
    .testTarget(
        name: name,
        dependencies: imports,
        path: "Tests/Unit/\(name)",
        swiftSettings: settings
    )
}

let package = Package(
    name: "postern",
    products: [
        .executable(name: "postern", targets: ["Postern"]),
        .executable(name: "postern-pam", targets: ["PAMHelper"]),
    ],
    dependencies: [
        // The command line: options, help and errors as people know them.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // YAML with marks, so that every configuration error can name its line and column.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // SQLite for the index that answers an auditor's searches: queries over millions of records.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPAM", providers: [.apt(["libpam0g-dev"])]),
        .systemLibrary(
            name: "CSeccomp",
            pkgConfig: "libseccomp",
            providers: [.apt(["libseccomp-dev"])]
        ),
        // COMPRESS=DEFLATE: the format is zlib's, and every system keeps zlib patched.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLinux"),

        module("Bytes"),
        module("IMAP", imports: ["Bytes"]),
        module("Policy", imports: ["Bytes"]),
        module("Authentication", imports: ["Bytes"]),
        module("Audit", imports: ["Bytes", "COpenSSL"]),
        module("Proxy", imports: ["Bytes", "IMAP", "Policy", "Authentication", "Audit"]),
        module("TLS", imports: ["Bytes", "COpenSSL"]),
        module("Compression", imports: ["Bytes", "CZlib"]),
        module("Reactor", imports: ["Bytes", "CLinux"]),
        module(
            "TrailIndex",
            imports: ["Bytes", "Policy", "Audit", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        module(
            "Configuration",
            imports: [
                "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy",
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        program(
            "Postern",
            imports: [
                "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "TLS", "Reactor",
                "Compression", "TrailIndex", "Configuration", "CLinux", "CSeccomp",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        program(
            "Benchmarks",
            imports: ["Bytes", "CLinux", "COpenSSL"],
            path: "Tests/Benchmarks/Load"
        ),
        .target(name: "CountedMalloc", path: "Tests/Benchmarks/CountedMalloc"),
        program(
            "ParserBenchmark",
            imports: ["Bytes", "IMAP", "CountedMalloc"],
            path: "Tests/Benchmarks/Parser"
        ),
        program(
            "RecordBenchmark",
            imports: ["Bytes", "Audit", "CountedMalloc"],
            path: "Tests/Benchmarks/Record"
        ),
        program(
            "PolicyBenchmark",
            imports: ["Bytes", "Policy", "Configuration"],
            path: "Tests/Benchmarks/Policy"
        ),
        program(
            "TrailMaker",
            imports: ["Bytes", "Audit", "Chance"],
            path: "Tests/Benchmarks/Trail"
        ),
        program("PAMHelper", imports: ["Bytes", "Authentication", "CLinux", "CPAM"]),

        .target(name: "Chance", path: "Tests/Support/Chance", swiftSettings: settings),
        tests("BytesTests", of: ["Bytes"]),
        tests("IMAPTests", of: ["Bytes", "IMAP", "Chance"]),
        tests("PolicyTests", of: ["Bytes", "Policy", "Chance"]),
        tests("AuthenticationTests", of: ["Bytes", "Authentication", "PAMHelper", "Chance"]),
        tests("AuditTests", of: ["Bytes", "Audit", "Chance"]),
        tests(
            "ProxyTests",
            of: ["Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "Chance"]
        ),
        tests("TLSTests", of: ["Bytes", "TLS", "Chance"]),
        tests("CompressionTests", of: ["Bytes", "Compression"]),
        tests("ReactorTests", of: ["Bytes", "Reactor", "CLinux", "Chance"]),
        tests(
            "ConfigurationTests",
            of: [
                "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "Configuration",
                "Chance",
            ]
        ),
        tests("RecorderTests", of: ["Bytes", "Audit", "Reactor", "Postern", "CLinux"]),
        tests(
            "PosternTests",
            of: [
                "Bytes", "Policy", "Audit", "Proxy", "Reactor", "TrailIndex", "Configuration",
                "Postern", "CLinux", "Chance",
            ]
        ),
        tests("TidyTests", of: []),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "Configuration",
                "Postern", "Chance",
            ],
            path: "Tests/Conformance/Runner",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)

if Context.environment["FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        program(
            "Fuzz",
            imports: [
                "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "Reactor", "CFuzzer",
            ],
            path: "Tests/Fuzz/Fuzz"
        ),
    ]
}
