// A time zone's offsets as text, so that they can travel with the files of a configuration.
package import Policy

extension ZoneOffsets {
    /// Reads a table: the first offset alone on its line, then `MOMENT OFFSET` for each change, in
    /// seconds; nil when it is no such table.
    package init?(name: String, table: String) {
        let lines = table.split(separator: "\n")
        guard let head = lines.first, let first = Int64(head) else { return nil }
        var changes: [Change] = []
        for line in lines.dropFirst() {
            let numbers = line.split(separator: " ").map { Int64($0) }
            guard numbers.count == 2, let at = numbers[0], let offset = numbers[1],
                changes.last.map({ $0.at < at }) ?? true
            else { return nil }
            changes.append(Change(at: at, offset: offset))
        }
        self.init(name: name, first: first, changes: changes)
    }

    package static func table(first: Int64, changes: [Change]) -> String {
        (["\(first)"] + changes.map { "\($0.at) \($0.offset)" }).joined(separator: "\n")
    }
}
