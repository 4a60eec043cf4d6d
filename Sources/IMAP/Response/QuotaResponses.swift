// How much there is and may be: QUOTA and QUOTAROOT (RFC 9208, 4.2).

/// A QUOTA response; resources that are not known are left out.
package struct Quota: Equatable, Sendable {
    package struct Usage: Equatable, Sendable {
        package let resource: QuotaResource
        package let used: UInt64
        package let limit: UInt64
    }

    package var root: [UInt8]
    package var usages: [Usage]
}

/// A QUOTAROOT response.
package struct QuotaRoots: Equatable, Sendable {
    /// The name as octets of the backend's spelling, not yet checked.
    package var mailbox: [UInt8]
    package var roots: [[UInt8]]
}

extension Cursor {
    /// Takes `root (resource used limit …)`.
    mutating func quota() throws(SyntaxError) -> Quota {
        var quota = Quota(root: try backendMailbox(), usages: [])
        try space()
        try open()
        if take(UInt8(ascii: ")")) { return quota }
        repeat {
            let resource = takeKeyword(QuotaResource.self)
            if resource == nil { _ = try atom() }
            try space()
            let used = try number64()
            try space()
            let limit = try number64()
            guard let resource else { continue }
            quota.usages.append(Quota.Usage(resource: resource, used: used, limit: limit))
        } while takeSpace()
        try close()
        return quota
    }

    /// Takes `mailbox *(SP root)`.
    mutating func quotaRoots() throws(SyntaxError) -> QuotaRoots {
        var roots = QuotaRoots(mailbox: try backendMailbox(), roots: [])
        while takeSpace() { roots.roots.append(try backendMailbox()) }
        return roots
    }
}

extension Quota {
    func encode(into sink: inout some ByteSink) {
        sink.append("* QUOTA ")
        sink.append(string: root.span)
        sink.append(" (")
        for (index, usage) in usages.enumerated() {
            if index > 0 { sink.append(UInt8(ascii: " ")) }
            sink.append(usage.resource.spelling)
            sink.append(UInt8(ascii: " "))
            sink.append(decimal: usage.used)
            sink.append(UInt8(ascii: " "))
            sink.append(decimal: usage.limit)
        }
        sink.append(")\r\n")
    }
}

extension QuotaRoots {
    func encode(into sink: inout some ByteSink) {
        sink.append("* QUOTAROOT ")
        sink.append(mailbox: mailbox.span)
        for root in roots {
            sink.append(UInt8(ascii: " "))
            sink.append(string: root.span)
        }
        sink.append("\r\n")
    }
}
