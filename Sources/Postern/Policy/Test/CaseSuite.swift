// Which cases belong to which policy: those that lie beside it.
import ArgumentParser
import Configuration
import Foundation
import Policy

/// A policy with the files of its cases.
struct CaseSuite {
    /// A file, or a folder with `/` at its end.
    let policy: String
    let cases: [String]

    private static let suffix = ".cases.yaml"

    /// The suites of a path that a user names.
    ///
    /// A file has the cases `NAME.cases.yaml` beside it. In a folder, and in each folder below that
    /// holds cases, all policy files are one policy, and all files of cases are its cases.
    static func at(_ path: String) throws -> [CaseSuite] {
        let suites = FileManager.default.isFolder(path) ? try suites(in: path) : [beside(path)]
        guard !suites.isEmpty else {
            throw ValidationError("there are no files *\(suffix) in \(path)")
        }
        return suites
    }

    private static func beside(_ file: String) -> CaseSuite {
        let stem = file.hasSuffix(".yaml") ? String(file.dropLast(".yaml".count)) : file
        return CaseSuite(policy: file, cases: [stem + suffix])
    }

    private static func suites(in path: String) throws -> [CaseSuite] {
        let folder = path.hasSuffix("/") ? path : path + "/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let cases = names.filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
        let own = cases.isEmpty ? [] : [CaseSuite(policy: folder, cases: cases.map { folder + $0 })]
        return try own
            + names.map { folder + $0 }.filter(isOpenFolder).flatMap(suites)
    }

    private static func isOpenFolder(_ path: String) -> Bool {
        let isHidden = path.split(separator: "/").last?.hasPrefix(".") ?? false
        return !isHidden && FileManager.default.isFolder(path)
    }
}

extension FileManager {
    /// Whether there is a folder at the path.
    func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
