// GETMETADATA and SETMETADATA (RFC 5464, 4.2, 4.3): notes on a mailbox, by an allow-list.
import Bytes

/// An entry that may pass.
///
/// Many others run programs, move mail or reveal it: Sieve scripts, expiry, filters (RFC 6785,
/// Cyrus's `/vendor`).
package enum MetadataEntry: UInt8, CaseIterable, Keyword {
    case privateComment, sharedComment, privateSpecialUse

    package var spelling: StaticString {
        switch self {
        case .privateComment: "/PRIVATE/COMMENT"
        case .sharedComment: "/SHARED/COMMENT"
        case .privateSpecialUse: "/PRIVATE/SPECIALUSE"
        }
    }

    /// The entry as servers write it.
    package var name: StaticString {
        switch self {
        case .privateComment: "/private/comment"
        case .sharedComment: "/shared/comment"
        case .privateSpecialUse: "/private/specialuse"
        }
    }

    /// Whether a client may change it; a special use says which mailbox other clients file into.
    package var isWritable: Bool { self != .privateSpecialUse }

    /// Names are the same in either case (RFC 5464, 3.1).
    init?(_ name: [UInt8]) {
        for entry in Self.allCases where name.span.spells(entry.spelling) {
            self = entry
            return
        }
        return nil
    }
}

/// An entry by its name.
package enum MetadataName: Equatable, Sendable {
    case known(MetadataEntry)
    /// In the client's spelling: refused, whatever it is.
    case other([UInt8])
}

/// GETMETADATA: which entries of a mailbox to tell.
package struct GetMetadata: Equatable, Sendable {
    package enum Depth: UInt8, Keyword {
        case zero, one, infinity

        package var spelling: StaticString {
            switch self {
            case .zero: "0"
            case .one: "1"
            case .infinity: "INFINITY"
            }
        }
    }

    /// More than there are entries that may pass.
    package static let entriesMax = 32

    /// Empty for the server's own entries.
    package var mailbox: [UInt8]
    /// Longer values are left out.
    package var maxSize: UInt32?
    package var depth: Depth?
    package var entries: [MetadataName]
}

/// SETMETADATA: entries and what they become, nil where they are removed.
package struct SetMetadata: Equatable, Sendable {
    package struct Change: Equatable, Sendable {
        package let name: MetadataName
        package let value: [UInt8]?
    }

    package var mailbox: [UInt8]
    package let changes: [Change]
}

extension Cursor {
    /// GETMETADATA: [options SP] mailbox SP entries; older clients put the options behind the
    /// mailbox, as the RFC's examples do.
    mutating func getMetadata() throws(SyntaxError) -> Command {
        var get = GetMetadata(mailbox: [], entries: [])
        let hasOptionsFirst = peek == UInt8(ascii: "(")
        if hasOptionsFirst {
            try metadataOptions(into: &get)
            try space()
        }
        get.mailbox = try mailbox()
        try space()
        if !hasOptionsFirst && isAtMetadataOptions {
            try metadataOptions(into: &get)
            try space()
        }
        get.entries = try metadataEntries()
        return .getMetadata(get)
    }

    /// Entries begin with a slash, options with a letter.
    private var isAtMetadataOptions: Bool {
        var ahead = self
        return ahead.take(UInt8(ascii: "(")) && !ahead.nextWord.isEmpty
    }

    private mutating func metadataOptions(into get: inout GetMetadata) throws(SyntaxError) {
        try open()
        repeat {
            if get.maxSize == nil && takeWord("MAXSIZE") {
                try space()
                get.maxSize = try number()
            } else if get.depth == nil && takeWord("DEPTH") {
                try space()
                get.depth = try keyword(GetMetadata.Depth.self)
            } else {
                throw expected(.knownWord)
            }
        } while takeSpace()
        try close()
    }

    private mutating func metadataEntries() throws(SyntaxError) -> [MetadataName] {
        guard take(UInt8(ascii: "(")) else { return [try metadataName()] }
        var names: [MetadataName] = []
        repeat {
            guard names.count < GetMetadata.entriesMax else { throw .tooMany(at: offset) }
            names.append(try metadataName())
        } while takeSpace()
        try close()
        return names
    }

    private mutating func metadataName() throws(SyntaxError) -> MetadataName {
        let name = try astring(bytesMax: StringLimit.mailbox)
        return MetadataEntry(name).map { .known($0) } ?? .other(name)
    }

    /// SETMETADATA: mailbox SP `(` entry SP value *(SP entry SP value) `)`.
    mutating func setMetadata() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        try space()
        try open()
        var changes: [SetMetadata.Change] = []
        repeat {
            guard changes.count < GetMetadata.entriesMax else { throw .tooMany(at: offset) }
            let name = try metadataName()
            try space()
            changes.append(SetMetadata.Change(name: name, value: try metadataValue()))
        } while takeSpace()
        try close()
        return .setMetadata(SetMetadata(mailbox: mailbox, changes: changes))
    }

    /// A value: NIL, a string, or a literal8, which here holds no NUL either.
    private mutating func metadataValue() throws(SyntaxError) -> [UInt8]? {
        guard peek == UInt8(ascii: "~") else { return try nstring() }
        var value: [UInt8] = []
        value.append(span(try literal(bytesMax: StringLimit.argument, allowsLiteral8: true)))
        return value
    }
}

extension GetMetadata {
    /// Options stand first, where the RFC's grammar has them.
    func encode(into encoder: inout CommandEncoder) {
        if maxSize != nil || depth != nil {
            encoder.space()
            appendOptions(to: &encoder)
        }
        encoder.mailbox(mailbox)
        encoder.append(" (")
        for (index, name) in entries.enumerated() {
            if index > 0 { encoder.space() }
            encoder.metadataName(name)
        }
        encoder.append(UInt8(ascii: ")"))
    }

    private func appendOptions(to sink: inout some ByteSink) {
        sink.append(UInt8(ascii: "("))
        if let maxSize {
            sink.append("MAXSIZE ")
            sink.append(decimal: UInt64(maxSize))
        }
        if maxSize != nil && depth != nil { sink.append(UInt8(ascii: " ")) }
        if let depth {
            sink.append("DEPTH ")
            sink.append(depth == .infinity ? "infinity" : depth.spelling)
        }
        sink.append(UInt8(ascii: ")"))
    }

    func describe(into digest: inout CommandDigest) {
        if maxSize != nil || depth != nil {
            appendOptions(to: &digest)
            digest.append(UInt8(ascii: " "))
        }
        digest.append(metadataNames: entries)
    }
}

extension SetMetadata {
    func encode(into encoder: inout CommandEncoder) {
        encoder.mailbox(mailbox)
        var separator: StaticString = " ("
        for change in changes {
            encoder.append(separator)
            encoder.metadataName(change.name)
            encoder.space()
            if let value = change.value { encoder.string(value) } else { encoder.append("NIL") }
            separator = " "
        }
        encoder.append(UInt8(ascii: ")"))
    }

    func describe(into digest: inout CommandDigest) {
        digest.append(metadataNames: changes.map(\.name))
    }
}

extension CommandEncoder {
    fileprivate mutating func metadataName(_ name: MetadataName) {
        switch name {
        case .known(let entry): append(entry.name)
        case .other(let octets): string(octets)
        }
    }
}

extension CommandDigest {
    /// Appends the entries' names; of one that is not printable, that it is there.
    fileprivate mutating func append(metadataNames names: [MetadataName]) {
        for (index, name) in names.enumerated() {
            if index > 0 { append(UInt8(ascii: " ")) }
            switch name {
            case .known(let entry): append(entry.name)
            case .other(let octets) where octets.span.isPrintable: append(octets.span)
            case .other: append("unprintable")
            }
        }
    }
}
