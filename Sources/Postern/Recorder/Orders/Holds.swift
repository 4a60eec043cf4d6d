// The holds that are in force, in the trail's folder: the recorder writes them, readers look.
import Audit
import Bytes
import Glibc
import Reactor

/// The file `holds`: the values of each hold, with an empty line behind them.
package struct Holds: Equatable, Sendable {
    static let fileName = "holds"
    package static let countMax = 200
    private static let bytesMax = countMax * (TrailDoor.bytesMax + 128)

    /// A hold, and when it was ordered by whom.
    package struct Entry: Equatable, Sendable {
        package let hold: Hold
        package let added: String
        /// User ID.
        package let user: UInt32
    }

    package private(set) var entries: [Entry] = []
    /// SHA-256 of the file's bytes: whoever has looked at the holds can tell whether they changed.
    package let digest: String

    /// Reads the file; there are no holds where there is none.
    package init(in folder: String) throws(TrailError) {
        let path = "\(folder)/\(Self.fileName)"
        var bytes: [UInt8] = []
        if unsafe access(path, F_OK) == 0 || errno != ENOENT {
            let file = try FileDescriptor.opening(path, O_RDONLY)
            bytes = try file.contents(path, bytesMax: Self.bytesMax)
        }
        digest = try Self.digest(of: bytes)
        do throws(OrderRefusal) {
            for text in String(decoding: bytes, as: UTF8.self).split(separator: "\n\n") {
                entries.append(try Entry(String(text)))
            }
        } catch {
            throw .holds("\(path): \(error)")
        }
    }

    private static func digest(of bytes: [UInt8]) throws(TrailError) -> String {
        guard var digest = MessageDigest() else { throw .signing }
        digest.update(bytes.span)
        guard let hash = digest.finish() else { throw .signing }
        var text = Buffer()
        Base64.encode(hash.span, into: &text)
        return text.text
    }

    /// Puts a hold in force, once it is written.
    mutating func add(_ hold: Hold, by user: UInt32, at now: Moment) throws(OrderRefusal) {
        guard !entries.contains(where: { $0.hold.name == hold.name }) else {
            throw OrderRefusal("there is a hold called \(hold.name) already")
        }
        guard entries.count < Self.countMax else {
            throw OrderRefusal("there are \(Self.countMax) holds; release one first")
        }
        var (timestamp, text) = (Timestamp(), Buffer())
        timestamp.append(now.utc, to: &text)
        entries.append(Entry(hold: hold, added: text.text, user: user))
    }

    mutating func release(_ name: String) throws(OrderRefusal) {
        guard let index = entries.firstIndex(where: { $0.hold.name == name }) else {
            throw OrderRefusal("there is no hold called \(name)")
        }
        entries.remove(at: index)
    }

    /// When this returns the holds are on disk.
    func write(in folder: String) throws(TrailError) {
        var text = ""
        do throws(OrderRefusal) {
            for entry in entries { text += try entry.text() + "\n" }
        } catch {
            throw .holds(error.description)
        }
        try DurableFile.replace(Self.fileName, in: folder, with: Array(text.utf8).span)
    }
}

extension Holds.Entry {
    fileprivate init(_ text: String) throws(OrderRefusal) {
        var values = try NamedValues(text)
        hold = try Hold(from: &values)
        added = try values.need("added")
        guard let user = UInt32(try values.need("by")) else {
            throw OrderRefusal("by is no user ID")
        }
        self.user = user
        try values.expectNothing()
    }

    fileprivate func text() throws(OrderRefusal) -> String {
        var values = NamedValues()
        try hold.put(into: &values)
        try values.put("added", added)
        try values.put("by", "\(user)")
        return values.text
    }
}
