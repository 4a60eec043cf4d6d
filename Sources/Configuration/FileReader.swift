// How files come in: from the disk in the supervisor, from the bundle in the gateway.
package import Bytes

/// Gives the bytes of a file and keeps what it gave, so that another process can read the same.
///
/// Beside files it gives, by names that no file has here: for a path that ends with `/` the names
/// of the folder's YAML files, one a line; for `zoneinfo:NAME` the offsets of a time zone; for
/// `rehearsal` anything where the whole policy is to be rehearsed, whatever the files say.
package final class FileReader {
    /// Why a file could not be read, in words that follow its path: `no such file`.
    package struct Failure: Error, Equatable {
        package var reason: String

        package init(_ reason: String) { self.reason = reason }
    }

    /// Everything that was read so far.
    package private(set) var bundle = ConfigurationBundle()

    package static let zonePrefix = "zoneinfo:"
    package static let rehearsal = "option:rehearse"

    private let source: (String) throws(Failure) -> Secret

    package init(_ source: @escaping (String) throws(Failure) -> Secret) { self.source = source }

    /// The bytes of a file, the same for a path however often it is asked for.
    package func read(_ path: String) throws(Failure) -> Secret {
        if let known = bundle[path] { return known }
        let contents = try source(path)
        bundle[path] = contents
        return contents
    }
}

extension FileReader {
    /// Reads what another process bundled, and nothing else.
    package convenience init(_ bundle: ConfigurationBundle) {
        self.init { (path) throws(Failure) in
            guard let contents = bundle[path] else { throw Failure("is not in the bundle") }
            return contents
        }
    }
}
