// The files of one configuration in one message: the supervisor reads them, the gateway gets them.
//
// Form, all numbers big-endian: the magic `postern1`, a UInt32 count of files, then for each file
// a UInt32 length and the path in UTF-8, a UInt32 length and the contents. Nothing may follow.
package import Bytes

/// Paths with their contents; private keys and passwords are among them.
package struct ConfigurationBundle: Equatable, Sendable {
    /// A bundle that decodes wrongly; says nothing of what is inside.
    package enum DecodingError: Error, Equatable {
        case notABundle, truncated, tooLarge, tooManyFiles, badPath, duplicatePath, trailingBytes
    }

    /// A chain, a CRL of a big authority or a policy of 10,000 rules fit many times over.
    package static let bytesMax = 64 * 1024 * 1024
    /// Each listener and backend names a handful.
    package static let filesMax = 1024
    /// PATH_MAX of Linux.
    package static let pathBytesMax = 4096

    private var files: [String: Secret] = [:]

    package init() {}

    package subscript(path: String) -> Secret? {
        get { files[path] }
        set { files[path] = newValue }
    }

    package var paths: [String] { files.keys.sorted() }

    private static let magic = Array("postern1".utf8)
}
