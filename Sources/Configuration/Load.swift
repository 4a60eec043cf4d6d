// From a path to a checked configuration, or to the list of everything that is wrong with it.
package import Policy

/// One thing that is wrong, where it stands and what to do about it.
package struct ConfigurationError: Error, Equatable, Sendable {
    package var position: SourcePosition
    /// One line in lower case.
    package var message: String

    package init(_ position: SourcePosition, _ message: String) {
        self.position = position
        self.message = message
    }
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String { "\(position): \(message)" }
}

/// Everything that is wrong, in the order of the files' lines; never empty.
package struct ConfigurationErrors: Error, Equatable, Sendable {
    package var errors: [ConfigurationError]
}

extension Configuration {
    /// Reads and checks the configuration at `path` and every file that it names.
    ///
    /// Relative paths inside are relative to the file that holds them. `digest` gives the SHA-256 of
    /// its argument in lower-case hexadecimal: the policy's revision.
    package static func load(
        path: String,
        reader: FileReader,
        digest: ([UInt8]) -> String
    ) throws(ConfigurationErrors) -> Configuration {
        let start = SourcePosition(file: path, line: 1, column: 1)
        throw ConfigurationErrors(errors: [ConfigurationError(start, "cannot be read yet")])
    }
}
