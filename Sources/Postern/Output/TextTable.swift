// A table as lines of text.

enum TextTable {
    /// Columns as wide as they must be; those that hold numbers alone stand to the right.
    static func lines(_ headings: [String], _ rows: [[String]]) -> [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let areNumbers = headings.indices.map { column in
            column > 0 && rows.allSatisfy { Int($0[column]) != nil }
        }
        return all.map { row in
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return areNumbers[column] ? space + row[column] : row[column] + space
            }
            return cells.joined(separator: "  ").withoutSpacesAtEnd
        }
    }
}

extension String {
    fileprivate var withoutSpacesAtEnd: String {
        String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
    }
}
