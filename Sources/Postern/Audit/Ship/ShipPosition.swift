// How far the records were sent, on disk: what is before it has arrived.
import Bytes
import Glibc
import Reactor

/// The folder of one shipper, held by one process at a time.
struct ShipPosition: ~Copyable {
    private static let fileName = "position"
    private static let title = "postern ship 1"
    private static let bytesMax = 4096

    private let folder: String
    private let lock: FileDescriptor
    /// The next record to send, and the trail that it is of; empty: none was sent yet.
    private(set) var next: UInt64
    private(set) var origin: String

    /// Reads the position; without one it is `first`.
    init(in folder: String, beginningAt first: UInt64) throws(ShipError) {
        let lock = try Self.locked(folder)
        let found = try Self.read("\(folder)/\(Self.fileName)")
        self.folder = folder
        self.lock = lock
        (next, origin) = found ?? (first, "")
    }

    private static func read(_ path: String) throws(ShipError) -> (UInt64, String)? {
        guard unsafe access(path, F_OK) == 0 else { return nil }
        guard
            let file = try? FileDescriptor.opening(path, O_RDONLY),
            let bytes = try? file.contents(path, bytesMax: bytesMax)
        else { throw .position("\(path) can't be read") }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 3, lines[0] == title, let next = UInt64(lines[2]), next > 0 else {
            throw .position("\(path) holds no position")
        }
        return (next, String(lines[1]))
    }

    private static func locked(_ folder: String) throws(ShipError) -> FileDescriptor {
        let lock: FileDescriptor?
        do throws(TrailError) {
            lock = try DurableFile.lock(folder)
        } catch {
            throw .position("\(error)")
        }
        guard let lock else { throw .busy(folder) }
        return lock
    }

    /// Says that all before `next` has arrived; when this returns it is on disk.
    mutating func advance(to next: UInt64, of origin: String) throws(ShipError) {
        let text = Array("\(Self.title)\n\(origin)\n\(next)\n".utf8)
        do throws(TrailError) {
            try DurableFile.replace(Self.fileName, in: folder, with: text.span)
        } catch {
            throw .position("\(error)")
        }
        (self.next, self.origin) = (next, origin)
    }
}

/// Why records are not sent, in an administrator's words.
enum ShipError: Error, Equatable, CustomStringConvertible {
    case busy(String)
    case position(String)
    /// The trail can't be read.
    case trail(String)
    /// The receiver is not there, or went away before it had everything.
    case receiver(String)

    var description: String {
        switch self {
        case .busy(let folder): "\(folder): another shipper is at work here"
        case .position(let text), .trail(let text), .receiver(let text): text
        }
    }
}
