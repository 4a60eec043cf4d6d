// Where an index lies when nobody says so: with whoever searches, not with the trail, whose folder
// is the recorder's.
import Audit
import Bytes
import Foundation
import Glibc
import Reactor

enum IndexPlace {
    /// A file below `XDG_CACHE_HOME` or `~/.cache`, called after the trail's folder.
    ///
    /// Makes the folders, which are for nobody else: an index tells who did what.
    static func usual(of trail: String) throws(TrailError) -> String {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"].map { $0 + "/.cache" }
        guard let cache = environment["XDG_CACHE_HOME"] ?? home, cache.hasPrefix("/") else {
            throw .index("neither HOME nor XDG_CACHE_HOME is set: say --index")
        }
        let folder = cache + "/postern"
        for path in [cache, folder] {
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw .last("mkdir \(path)")
            }
        }
        return "\(folder)/trail-\(try digest(of: trail)).index"
    }

    /// The first digits of the SHA-256 of the folder's real path.
    private static func digest(of trail: String) throws(TrailError) -> String {
        guard let real = unsafe realpath(trail, nil) else { throw .last("open \(trail)") }
        defer { unsafe free(real) }
        guard var digest = MessageDigest() else { throw .signing }
        digest.update(Array(unsafe String(cString: real).utf8).span)
        guard let bytes = digest.finish() else { throw .signing }
        return bytes.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
    }
}
