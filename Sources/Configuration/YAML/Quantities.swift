// Durations, sizes and addresses as people write them.
import Audit
import Glibc
import Policy

extension Value {
    /// `500 ms`, `10 s`, `5 min`, `1 h`.
    func duration(in range: ClosedRange<Duration>) -> Duration? {
        let units: [String: Int64] = ["ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000]
        guard let milliseconds = quantity(units) else {
            refuse("expected a duration such as \"500 ms\", \"10 s\" or \"5 min\", not \(kind)")
            return nil
        }
        let duration = Duration.milliseconds(milliseconds)
        guard range.contains(duration) else {
            let low = Value.text(range.lowerBound)
            refuse(
                "\(spelling ?? "") is out of range; from \(low) to \(Value.text(range.upperBound))"
            )
            return nil
        }
        return duration
    }

    /// `90 days`, `7 years`: a month counts as 31 days and a year as 366, so that nothing goes early.
    func retentionPeriod() -> RetentionPeriod? {
        let day: Int64 = 86_400
        let units: [String: Int64] = [
            "s": 1, "min": 60, "h": 3600, "day": day, "days": day, "week": 7 * day,
            "weeks": 7 * day, "month": 31 * day, "months": 31 * day, "year": 366 * day,
            "years": 366 * day,
        ]
        guard let seconds = quantity(units), let spelling else {
            refuse("expected a time such as \"90 days\", \"18 months\" or \"7 years\", not \(kind)")
            return nil
        }
        guard 1...200 * 366 * day ~= seconds else {
            refuse("\(spelling) is out of range; from 1 s to 200 years")
            return nil
        }
        return RetentionPeriod(seconds: UInt64(seconds), words: spelling)
    }

    /// `8 KiB`, `64 MiB`, `1 GiB`, or a number of bytes.
    func size(in range: ClosedRange<Int>) -> Int? {
        let units: [String: Int64] = [
            "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
        ]
        guard let bytes = quantity(units) else {
            refuse(
                "expected a size such as \"8 KiB\", \"64 MiB\" or a number of bytes, not \(kind)"
            )
            return nil
        }
        guard range.contains(Int(bytes)) else {
            let low = Value.text(range.lowerBound)
            refuse(
                "\(spelling ?? "") is out of range; from \(low) to \(Value.text(range.upperBound))"
            )
            return nil
        }
        return Int(bytes)
    }

    /// A whole number with one of `units` behind it.
    func quantity(_ units: [String: Int64]) -> Int64? {
        guard let spelling else { return nil }
        let digits = spelling.prefix { ("0"..."9").contains($0) }
        let unit = spelling.dropFirst(digits.count)
        let name = unit.first == " " ? unit.dropFirst() : unit
        // Twelve digits of any unit here stay far below 2^63.
        guard (1...12).contains(digits.count), let number = Int64(digits) else { return nil }
        guard let factor = units[String(name)], unit.isEmpty || !name.isEmpty else { return nil }
        let product = number.multipliedReportingOverflow(by: factor)
        return product.overflow ? nil : product.partialValue
    }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms" }
        if seconds > 0 && seconds % 3600 == 0 { return "\(seconds / 3600) h" }
        return seconds > 0 && seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }

    private static func text(_ bytes: Int) -> String {
        for (name, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift) \(name)"
        }
        return "\(bytes)"
    }
}

extension Value {
    /// `0.0.0.0:993`, `[::1]:993`; the ports of IMAP also by name, `imap` and `imaps`.
    func listeningAddress() -> Endpoint? {
        let example = "expected an address and a port such as \"0.0.0.0:993\" or \"[::]:993\""
        guard let endpoint = endpoint() else {
            refuse("\(example), not \(kind)")
            return nil
        }
        guard isNumeric(endpoint.host) else {
            refuse("\(example); listeners take no names such as \"\(endpoint.host)\"")
            return nil
        }
        return endpoint
    }

    /// The same, or with a host name that is resolved later.
    func backendAddress() -> Endpoint? {
        let example = "expected a host and a port such as \"mail.example.org:143\" or \"[::1]:143\""
        guard let endpoint = endpoint(), isNumeric(endpoint.host) || isHostName(endpoint.host)
        else {
            refuse("\(example), not \(kind)")
            return nil
        }
        return endpoint
    }

    private func endpoint() -> Endpoint? {
        guard let spelling, let colon = spelling.lastIndex(of: ":") else { return nil }
        guard let port = port(spelling[spelling.index(after: colon)...]) else { return nil }
        let host = spelling[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inside = String(host.dropFirst().dropLast())
            return isIPv6(inside) ? Endpoint(host: inside, port: port) : nil
        }
        return host.contains(":") || host.isEmpty ? nil : Endpoint(host: String(host), port: port)
    }

    private func port(_ text: Substring) -> UInt16? {
        switch text {
        case "imap": return 143
        case "imaps": return 993
        default:
            guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return UInt16(text).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    private func isNumeric(_ host: String) -> Bool { isIPv4(host) || isIPv6(host) }

    private func isIPv4(_ host: String) -> Bool {
        var address = in_addr()
        return unsafe inet_pton(AF_INET, host, &address) == 1
    }

    private func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, host, &address) == 1
    }

    /// The letters, digits and hyphens of RFC 1123, section 2.1; a last label of digits alone would
    /// be a mistyped address.
    private func isHostName(_ host: String) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isDigits = labels.last?.allSatisfy { (48...57).contains($0) } ?? true
        return host.utf8.count <= 253 && !isDigits && labels.allSatisfy(isHostLabel)
    }

    private func isHostLabel(_ label: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { $0 == hyphen || isLetterOrDigit($0) }
    }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension Value {
    /// `192.0.2.0/24`, `2001:db8::/32`, or one address.
    func network() -> Network? {
        guard let text = text() else { return nil }
        do {
            return try Network(text)
        } catch .notANetwork {
            refuse("expected a network such as \"192.0.2.0/24\" or \"2001:db8::/32\", not \(kind)")
        } catch {
            refuse("\(kind) has bits behind its prefix; which network is meant?")
        }
        return nil
    }
}
