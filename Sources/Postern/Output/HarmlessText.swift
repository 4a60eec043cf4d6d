// Strangers' text made fit for a terminal, a spreadsheet and a web page.

extension String {
    /// The text with everything written out that could steer a terminal, hide, or turn the
    /// direction of what stands around it: `\u{202E}`.
    var harmless: String {
        if utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { return self }
        return mapped { scalar in
            scalar.isHarmless
                ? nil : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }

    /// The text between quotes, harmless.
    var quoted: String { "\"" + harmless.mapped { $0 == "\"" ? "\\\"" : nil } + "\"" }

    /// A field of RFC 4180 that no spreadsheet takes for a formula: one that begins like one gets
    /// an apostrophe before it, as spreadsheets write text.
    var csv: String {
        let text = harmless
        let isFormula = text.unicodeScalars.first.map { "=+-@".unicodeScalars.contains($0) }
        return "\"" + (isFormula == true ? "'" : "")
            + text.mapped { $0 == "\"" ? "\"\"" : nil } + "\""
    }

    /// The text for HTML's elements and attributes in quotes.
    var html: String {
        harmless.mapped { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: nil
            }
        }
    }

    /// The text with other words for some scalars.
    ///
    /// By scalars: to Swift, a quote and an accent behind it are one character that is no quote.
    private func mapped(_ word: (Unicode.Scalar) -> String?) -> String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let word = word(scalar) {
                text.append(contentsOf: word.unicodeScalars)
            } else {
                text.append(scalar)
            }
        }
        return String(text)
    }
}

extension [String] {
    /// A row of RFC 4180 without its end.
    var csvRow: String { map(\.csv).joined(separator: ",") }
}

extension Unicode.Scalar {
    /// Whether it shows as itself and does nothing else.
    fileprivate var isHarmless: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: !properties.isDefaultIgnorableCodePoint
        }
    }
}
