// The files that a configuration names: found from where they are named, read once, kept.
import Bytes
import Policy

/// Reads files for the sections; what can't be read is a finding where the path stands.
struct Files {
    let reader: FileReader
    let findings: Findings

    /// A whole YAML file, named from outside.
    func document(_ path: String) -> Value? {
        let start = SourcePosition(file: path, line: 1, column: 1)
        return contents(of: path, named: start).flatMap { document(path, $0) }
    }

    /// A YAML file that another file names.
    func document(_ value: Value) -> Value? {
        guard let path = path(value) else { return nil }
        return contents(of: path, named: value.position).flatMap { document(path, $0) }
    }

    /// The policy that a value names: one file, or all of a folder, whose path ends with `/`.
    func policy(_ value: Value) -> [Value]? { path(value).flatMap { policy($0, value.position) } }

    /// The policy at a path that was given from outside.
    func policy(_ path: String) -> [Value]? {
        policy(path, SourcePosition(file: path, line: 1, column: 1))
    }

    private func policy(_ path: String, _ position: SourcePosition) -> [Value]? {
        guard path.hasSuffix("/") else {
            return contents(of: path, named: position).flatMap { document(path, $0) }.map { [$0] }
        }
        guard let listing = contents(of: path, named: position) else { return nil }
        let names = String(decoding: listing.withBytes { $0.array }, as: UTF8.self)
        let paths = names.split(separator: "\n").map { path + $0 }
        let documents = paths.compactMap { path in
            contents(of: path, named: position).flatMap { document(path, $0) }
        }
        return documents.count == paths.count ? documents : nil
    }

    /// Whether the whole policy is to be rehearsed, whatever the files say.
    var rehearses: Bool { (try? reader.read(FileReader.rehearsal)) != nil }

    /// The offsets of a time zone; nil when there is no such zone.
    func zone(_ name: String) -> ZoneOffsets? {
        guard let table = try? reader.read(FileReader.zonePrefix + name) else { return nil }
        return ZoneOffsets(
            name: name,
            table: String(decoding: table.withBytes { $0.array }, as: UTF8.self)
        )
    }

    func file(_ value: Value) -> NamedFile? {
        guard let path = path(value),
            let contents = contents(of: path, named: value.position)
        else { return nil }
        return NamedFile(
            path: path,
            contents: contents.withBytes { $0.array },
            position: value.position
        )
    }

    func secret(_ value: Value) -> SecretFile? {
        guard let path = path(value),
            let contents = contents(of: path, named: value.position)
        else { return nil }
        return SecretFile(path: path, contents: contents, position: value.position)
    }

    /// A path as it is opened: relative ones begin at the folder of the file that holds them.
    func path(_ value: Value) -> String? {
        guard let text = value.text() else { return nil }
        guard !text.utf8.contains(0) else {
            value.refuse("a path can't hold a NUL")
            return nil
        }
        guard !text.hasPrefix("/"), let slash = value.file.lastIndex(of: "/") else { return text }
        return value.file[...slash] + text
    }

    private func document(_ path: String, _ contents: Secret) -> Value? {
        Document.read(contents.withBytes { $0.array }, file: path, into: findings)
    }

    private func contents(of path: String, named position: SourcePosition) -> Secret? {
        do {
            let contents = try reader.read(path)
            if contents.isEmpty { findings.add(position, "\(path) is empty") }
            return contents.isEmpty ? nil : contents
        } catch {
            findings.add(position, "can't read \(path): \(error.reason)")
            return nil
        }
    }
}
