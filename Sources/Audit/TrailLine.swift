// One line of the trail: what the recorder puts around a record.
package import Bytes

/// A line is `{"seq":N,` + the record's members + `}` + line feed; its bytes are a Merkle leaf.
package enum TrailLine {
    /// What a line has besides the record: the sequence number in 20 digits, braces, line feed.
    package static let surroundBytes = 64
    /// The longest line: a record, which encryption may make twice as long.
    package static let bytesMax = 2 * RecordHeader.payloadBytesMax + surroundBytes

    private static let start: StaticString = "{\"seq\":"

    /// Appends the line of record `sequence`.
    package static func append(
        _ payload: Span<UInt8>,
        sequence: UInt64,
        to lines: inout Buffer
    ) {
        lines.append(start)
        lines.append(decimal: sequence)
        lines.append(",")
        lines.append(payload)
        lines.append("}\n")
    }

    /// The sequence number of a whole line without its line feed; nil when it is none of ours.
    package static func sequence(of line: Span<UInt8>) -> UInt64? {
        let prefix = start.utf8CodeUnitCount
        guard line.count > prefix else { return nil }
        for index in 0..<prefix where unsafe line[index] != start.utf8Start[index] { return nil }
        var number: UInt64 = 0
        var index = prefix
        while index < line.count, line[index] &- 48 < 10 {
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(UInt64(line[index] &- 48))
            guard !isTooLarge, !overflows else { return nil }
            number = sum
            index += 1
        }
        let isWhole = index > prefix && index < line.count && line[index] == UInt8(ascii: ",")
        // Every record has one that may follow it: the last number there is, is no record's.
        guard isWhole, number < .max else { return nil }
        return line[line.count - 1] == UInt8(ascii: "}") ? number : nil
    }
}
