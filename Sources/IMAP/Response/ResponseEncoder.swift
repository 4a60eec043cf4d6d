// Responses as the client reads them: one canonical form, written from values alone.
package import Bytes

extension Response {
    /// Appends the untagged response that the client gets, with CRLF.
    ///
    /// Appends nothing for what is written elsewhere or never: continuations and tagged responses
    /// (by the session, with the client's tag), number lists, FETCH, ID and unknown data.
    package func encode(into buffer: inout Buffer) {
        switch self {
        case .status(let status, let code): status.encode(code, into: &buffer)
        case .capability(let set): set.encode(after: "* CAPABILITY", into: &buffer)
        case .enabled(let set): set.encode(after: "* ENABLED", into: &buffer)
        case .list(let entry): entry.encode(after: "* LIST ", into: &buffer)
        case .lsub(let entry): entry.encode(after: "* LSUB ", into: &buffer)
        case .namespace(let namespaces): namespaces.encode(into: &buffer)
        case .mailboxStatus(let status): status.encode(into: &buffer)
        case .accessList(let list): list.encode(into: &buffer)
        case .grantableRights(let rights): rights.encode(into: &buffer)
        case .ownRights(let rights): rights.encode(into: &buffer)
        case .quota(let quota): quota.encode(into: &buffer)
        case .quotaRoots(let roots): roots.encode(into: &buffer)
        case .metadata(let metadata): metadata.encode(into: &buffer)
        case .flags(let flags):
            buffer.append("* FLAGS ")
            flags.append(to: &buffer)
            buffer.append("\r\n")
        case .exists(let number): Self.encode(number, " EXISTS\r\n", into: &buffer)
        case .recent(let number): Self.encode(number, " RECENT\r\n", into: &buffer)
        case .expunge(let number): Self.encode(number, " EXPUNGE\r\n", into: &buffer)
        case .continuation, .tagged, .search, .sort, .thread, .esearch, .mailboxSearch,
            .vanished, .uidBatches,
            .fetch, .id, .unknown:
            break
        }
    }

    private static func encode(
        _ number: UInt32,
        _ word: StaticString,
        into buffer: inout Buffer
    ) {
        buffer.append("* ")
        buffer.append(decimal: UInt64(number))
        buffer.append(word)
    }
}

extension Response.Condition {
    /// `OK`, `NO` or `BAD`.
    package var spelling: StaticString {
        switch self {
        case .ok: ConditionWord.ok.spelling
        case .no: ConditionWord.no.spelling
        case .bad: ConditionWord.bad.spelling
        }
    }
}

extension Response.UntaggedStatus {
    fileprivate func encode(_ code: ResponseCode?, into buffer: inout Buffer) {
        switch self {
        case .ok: buffer.append("* OK ")
        case .no: buffer.append("* NO ")
        case .bad: buffer.append("* BAD ")
        case .bye: buffer.append("* BYE ")
        case .preauth: buffer.append("* PREAUTH ")
        }
        code?.encode(into: &buffer)
        switch self {
        case .ok: buffer.append("Noted\r\n")
        case .no: buffer.append("Warning from the mail server\r\n")
        case .bad: buffer.append("Error reported by the mail server\r\n")
        case .bye: buffer.append("Mail server is closing the connection\r\n")
        case .preauth: buffer.append("Authenticated\r\n")
        }
    }
}

extension ResponseCode {
    /// Appends the code in brackets and a space; nothing for a code that is not relayed.
    package func encode(into buffer: inout Buffer) {
        switch self {
        case .referral, .unknown: return
        case .capability(let set) where set.isEmpty: return
        default: break
        }
        buffer.append(UInt8(ascii: "["))
        encodeContent(into: &buffer)
        buffer.append("] ")
    }

    private func encodeContent(into buffer: inout Buffer) {
        switch self {
        case .bare(let code): buffer.append(code.spelling)
        case .capability(let set): set.append(after: "CAPABILITY", to: &buffer)
        case .permanentFlags(let flags):
            buffer.append("PERMANENTFLAGS ")
            flags.append(to: &buffer)
        case .uidNext(let number): Self.append("UIDNEXT ", UInt64(number), to: &buffer)
        case .uidValidity(let number): Self.append("UIDVALIDITY ", UInt64(number), to: &buffer)
        case .unseen(let number): Self.append("UNSEEN ", UInt64(number), to: &buffer)
        case .highestModSeq(let number): Self.append("HIGHESTMODSEQ ", number, to: &buffer)
        case .modified(let set):
            buffer.append("MODIFIED ")
            set.append(to: &buffer)
        case .appendUID(let validity, let uids):
            Self.append("APPENDUID ", UInt64(validity), to: &buffer)
            buffer.append(UInt8(ascii: " "))
            uids.append(to: &buffer)
        case .copyUID(let validity, let source, let target):
            Self.append("COPYUID ", UInt64(validity), to: &buffer)
            buffer.append(UInt8(ascii: " "))
            source.append(to: &buffer)
            buffer.append(UInt8(ascii: " "))
            target.append(to: &buffer)
        case .mailboxID(let identifier):
            buffer.append("MAILBOXID (")
            buffer.append(identifier)
            buffer.append(UInt8(ascii: ")"))
        case .messageLimit(let limit, let uid):
            Self.append("MESSAGELIMIT ", UInt64(limit), to: &buffer)
            if let uid { Self.append(" ", UInt64(uid), to: &buffer) }
        case .inProgress(let progress): progress.encode(tag: nil, into: &buffer)
        case .referral, .unknown: break
        }
    }

    private static func append(_ word: StaticString, _ number: UInt64, to buffer: inout Buffer) {
        buffer.append(word)
        buffer.append(decimal: number)
    }
}

extension CapabilitySet {
    fileprivate func encode(after word: StaticString, into buffer: inout Buffer) {
        append(after: word, to: &buffer)
        buffer.append("\r\n")
    }

    /// Appends `word` and the capabilities in their fixed order, each with a space in front.
    package func append(after word: StaticString, to buffer: inout Buffer) {
        buffer.append(word)
        for capability in Capability.allCases where contains(capability) {
            buffer.append(UInt8(ascii: " "))
            buffer.append(capability.name)
            switch capability {
            case .appendLimit:
                guard let appendLimit else { continue }
                buffer.append(UInt8(ascii: "="))
                buffer.append(decimal: appendLimit)
            case .messageLimit: if let messageLimit { buffer.append(decimal: UInt64(messageLimit)) }
            case .saveLimit: if let saveLimit { buffer.append(decimal: UInt64(saveLimit)) }
            default: break
            }
        }
    }
}

extension ListEntry {
    fileprivate func encode(after word: StaticString, into buffer: inout Buffer) {
        buffer.append(word)
        var list = ListWriter()
        for attribute in attributes { list.item(attribute.name, to: &buffer) }
        list.end(to: &buffer)
        buffer.append(UInt8(ascii: " "))
        buffer.append(delimiter: delimiter)
        buffer.append(UInt8(ascii: " "))
        buffer.append(mailbox: mailbox.span)
        encodeExtendedData(into: &buffer)
        buffer.append("\r\n")
    }

    private func encodeExtendedData(into buffer: inout Buffer) {
        guard hasSubscribedChild || oldName != nil else { return }
        var list = ListWriter()
        buffer.append(UInt8(ascii: " "))
        if hasSubscribedChild { list.item("\"CHILDINFO\" (\"SUBSCRIBED\")", to: &buffer) }
        if let oldName {
            list.item("\"OLDNAME\" (", to: &buffer)
            buffer.append(mailbox: oldName.span)
            buffer.append(UInt8(ascii: ")"))
        }
        list.end(to: &buffer)
    }
}

extension Namespaces {
    fileprivate func encode(into buffer: inout Buffer) {
        buffer.append("* NAMESPACE ")
        Self.append(personal, to: &buffer)
        buffer.append(UInt8(ascii: " "))
        Self.append(otherUsers, to: &buffer)
        buffer.append(UInt8(ascii: " "))
        Self.append(shared, to: &buffer)
        buffer.append("\r\n")
    }

    private static func append(_ list: [Namespace], to buffer: inout Buffer) {
        guard !list.isEmpty else { return buffer.append("NIL") }
        buffer.append(UInt8(ascii: "("))
        for namespace in list {
            buffer.append(UInt8(ascii: "("))
            buffer.append(mailbox: namespace.prefix.span)
            buffer.append(UInt8(ascii: " "))
            buffer.append(delimiter: namespace.delimiter)
            buffer.append(UInt8(ascii: ")"))
        }
        buffer.append(UInt8(ascii: ")"))
    }
}

extension MailboxStatus {
    fileprivate func encode(into buffer: inout Buffer) {
        buffer.append("* STATUS ")
        buffer.append(mailbox: mailbox.span)
        buffer.append(UInt8(ascii: " "))
        var list = ListWriter()
        for value in values {
            list.item(value.item.spelling, to: &buffer)
            buffer.append(UInt8(ascii: " "))
            buffer.append(decimal: value.number)
        }
        if let objectID {
            list.item(StatusItem.mailboxID.spelling, to: &buffer)
            buffer.append(" (")
            buffer.append(objectID)
            buffer.append(UInt8(ascii: ")"))
        }
        list.end(to: &buffer)
        buffer.append("\r\n")
    }
}

extension Buffer {
    /// Appends a delimiter in quotes, or NIL.
    fileprivate mutating func append(delimiter: UInt8?) {
        guard let delimiter else { return append("NIL") }
        append(UInt8(ascii: "\""))
        if delimiter == UInt8(ascii: "\"") || delimiter == UInt8(ascii: "\\") {
            append(UInt8(ascii: "\\"))
        }
        append(delimiter)
        append(UInt8(ascii: "\""))
    }
}
