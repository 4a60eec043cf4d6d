// THREAD and UID THREAD (RFC 5256).

/// Which messages to look for, and how to find what belongs together.
package struct Thread: Equatable, Sendable {
    package var algorithm: Algorithm
    package var search: Search

    package enum Algorithm: UInt8, Keyword {
        case orderedSubject, references, refs

        package var spelling: StaticString {
            switch self {
            case .orderedSubject: "ORDEREDSUBJECT"
            case .references: "REFERENCES"
            case .refs: "REFS"
            }
        }
    }

    package init(_ algorithm: Algorithm, search: Search) {
        self.algorithm = algorithm
        self.search = search
    }
}

extension Cursor {
    /// THREAD: algorithm SP charset SP key *(SP key).
    mutating func thread(isUID: Bool) throws(SyntaxError) -> Thread {
        let algorithm = try keyword(Thread.Algorithm.self)
        try space()
        return Thread(algorithm, search: try searchProgram(isUID: isUID))
    }
}

extension Thread {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        appendAlgorithm(to: &encoder)
        search.encodeProgram(into: &encoder)
    }

    func describe(into digest: inout CommandDigest) {
        appendAlgorithm(to: &digest)
        search.describeProgram(into: &digest)
    }

    private func appendAlgorithm(to sink: inout some ByteSink) {
        sink.append(algorithm.spelling)
        sink.append(UInt8(ascii: " "))
    }
}
