// May this message be filed? APPEND and REPLACE, and what CATENATE reads for them.
import Audit
import Bytes
import IMAP
import Policy

extension Authorization {
    /// Each stretch of a command is judged for itself, under the policy of its moment.
    func append(_ append: Append) -> Judgement {
        let target = access(append.mailbox, needs: Verb.append.row.mailbox)
        return file(append, Grounds(target), target, rewrite: "APPEND with fewer flags") {
            .append($0)
        }
    }

    /// The message that is replaced is expunged where it lies (RFC 8508, 5).
    func replace(_ replace: Replace) -> Judgement {
        let row = Verb.replace.row
        let source = selected(row.selected)
        let target = access(replace.append.mailbox, needs: row.destination)
        let grounds = Grounds(source.mailbox, target)
        if let refusal = source.mailbox?.refusal { return .refuse(refusal, grounds) }
        return file(replace.append, grounds, target, rewrite: "REPLACE with fewer flags") {
            var replace = replace
            replace.append = $0
            return .replace(replace)
        }
    }

    private func file(
        _ append: Append,
        _ grounds: Grounds,
        _ target: Access,
        rewrite dropsFlags: Phrase,
        _ command: (Append) -> Command
    ) -> Judgement {
        if let refusal = target.refusal { return .refuse(refusal, grounds) }
        guard let name = target.name else { return .refuse(.invalidName, grounds) }
        var grounds = grounds
        var kept = append
        kept.mailbox = naming.encode(name)
        kept.parts = []
        var rewrite: Phrase?
        for part in append.parts {
            switch part {
            case .heading(let flags, let date):
                let allowed = flags.keeping(target.decision)
                if allowed != flags { rewrite = dropsFlags }
                kept.parts.append(.heading(allowed, date))
            case .utf8(let header):
                kept.parts.append(plain(header))
                rewrite = rewrite ?? "UTF8 to a plain message"
            case .utf8End: continue
            case .url(let octets):
                guard let source = source(octets) else { return .refuse(.badURL, grounds) }
                grounds.sources.append(source)
                if let refusal = source.refusal { return .refuse(refusal, grounds) }
                guard let url = encoded(source) else { return .refuse(.badURL, grounds) }
                kept.parts.append(.url(url))
            case .literal, .catenate, .text, .catenateEnd: kept.parts.append(part)
            }
        }
        let purpose = filing(target, readsSources: !grounds.sources.isEmpty)
        var forward = Forward(command(kept), grounds, purpose: purpose)
        forward.rewrite = rewrite
        return .forward(forward)
    }

    /// A message with UTF-8 in its header as backends take it that are never told of UTF-8 mode:
    /// its bytes are the same.
    private func plain(_ header: LiteralHeader) -> AppendPart {
        let hasBinary = capabilities.contains(.binary)
        return .literal(LiteralHeader(size: header.size, isLiteral8: hasBinary))
    }

    // MARK: The sources of CATENATE

    /// What a URL reads, and what the policy says of it; nil for a URL that names no message here.
    private func source(_ octets: [UInt8]) -> Source? {
        guard let url = MessageURL(octets.span) else { return nil }
        let needed = Demand([.lookup, .read]).adding(.copyOut)
        guard let path = url.mailbox else {
            return selection.map { Source(url: url, access: Access($0, needs: needed)) }
        }
        let name = try? naming.decode(path: path)
        return Source(url: url, access: Access(path, name, needs: needed, under: policy))
    }

    private func encoded(_ source: Source) -> [UInt8]? {
        source.access.name.map { source.url.encoded(path: naming.path(of: $0)) }
    }
}

/// A message, or a part of one, that CATENATE takes from a mailbox.
struct Source: Equatable {
    let url: MessageURL
    let access: Access

    /// A mailbox that is hidden must look like one that is missing, and of that a backend says that
    /// the URL is bad.
    var refusal: Refusal? {
        guard let refusal = access.refusal else { return nil }
        return refusal == .noPermission ? refusal : .badURL
    }
}
