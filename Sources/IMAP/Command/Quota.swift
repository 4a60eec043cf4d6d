// Commands on quota (RFC 9208, 4.1): how much there may be, told; never changed from here.
import Bytes

/// What a quota counts (RFC 9208, 5); resources that servers made up are not told of.
package enum QuotaResource: UInt8, Keyword {
    case storage, message, mailbox, annotationStorage

    package var spelling: StaticString {
        switch self {
        case .storage: "STORAGE"
        case .message: "MESSAGE"
        case .mailbox: "MAILBOX"
        case .annotationStorage: "ANNOTATION-STORAGE"
        }
    }
}

/// SETQUOTA, which is read to be refused.
package struct SetQuota: Equatable, Sendable {
    /// One limit: `STORAGE 512`.
    package struct Limit: Equatable, Sendable {
        package let resource: QuotaResource
        package let number: UInt64
    }

    package let root: [UInt8]
    /// At most one of each resource there is.
    package let limits: [Limit]
}

extension Cursor {
    /// The name of a quota root, which is no mailbox's even where it reads like one.
    mutating func quotaRoot() throws(SyntaxError) -> [UInt8] {
        try astring(bytesMax: StringLimit.mailbox)
    }

    /// SETQUOTA: root SP `(` [resource SP number *(SP resource SP number)] `)`.
    mutating func setQuota() throws(SyntaxError) -> Command {
        let root = try quotaRoot()
        try space()
        try open()
        var limits: [SetQuota.Limit] = []
        if !take(UInt8(ascii: ")")) {
            repeat {
                let resource = try keyword(QuotaResource.self)
                guard !limits.contains(where: { $0.resource == resource }) else {
                    throw .tooMany(at: offset)
                }
                try space()
                limits.append(SetQuota.Limit(resource: resource, number: try number64()))
            } while takeSpace()
            try close()
        }
        return .setQuota(SetQuota(root: root, limits: limits))
    }
}

extension SetQuota {
    func encode(into encoder: inout CommandEncoder) {
        encoder.mailbox(root)
        encoder.space()
        appendLimits(to: &encoder)
    }

    func appendLimits(to sink: inout some ByteSink) {
        sink.append(UInt8(ascii: "("))
        for (index, limit) in limits.enumerated() {
            if index > 0 { sink.append(UInt8(ascii: " ")) }
            sink.append(limit.resource.spelling)
            sink.append(UInt8(ascii: " "))
            sink.append(decimal: limit.number)
        }
        sink.append(UInt8(ascii: ")"))
    }
}
