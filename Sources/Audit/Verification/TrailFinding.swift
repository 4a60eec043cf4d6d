// What a verification says: where the trail is not what was recorded, in an auditor's words.

/// One thing that is wrong with a trail, or that a reader of it should know.
package struct TrailFinding: Equatable, Sendable, CustomStringConvertible {
    package enum Weight: Sendable {
        /// The trail is not what the recorder wrote.
        case broken
        /// Nothing contradicts the signatures, and yet a question may follow.
        case notice
    }

    package let weight: Weight
    /// The file, and the line in it from 1 on; 0: the file as a whole.
    package let file: String
    package let line: Int
    /// The first record that is concerned; nil: none in particular.
    package let record: UInt64?
    package let text: String

    package init(
        _ weight: Weight,
        in file: String,
        line: Int = 0,
        record: UInt64? = nil,
        _ text: String
    ) {
        self.weight = weight
        self.file = file
        self.line = line
        self.record = record
        self.text = text
    }

    package var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        let subject = record.map { "record \($0): " } ?? ""
        return "\(place): \(subject)\(text)"
    }
}
