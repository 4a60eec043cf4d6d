// ESEARCH and MOVE for backends that know neither: what the steps' answers are made into.
import Bytes
import IMAP

extension Relay {
    /// A longer list of ranges might be more than an old server's command line takes.
    static let movedRangesMax = 400

    /// Takes the numbers of a SEARCH response that a plan has asked for; nil when none has.
    mutating func collectFound() -> Bool? {
        guard var current = undertaking else { return nil }
        switch current.plan.course {
        case .searching, .moving, .expunging: break
        case .plain, .leaving, .listing, .surveying, .askingUses: return nil
        }
        undertaking = nil
        let isLegal = (try? current.collect(answers.piece)) != nil
        undertaking = current
        return isLegal
    }

    mutating func endSearch(
        _ current: inout Undertaking,
        _ returns: KeywordSet<SearchReturn>,
        into out: inout Outbox
    ) {
        guard let tag = current.asked.tag else { return }
        guard !current.found.isIncomplete || !returns.contains(.all) else {
            return current.fail(.no, .bare(.limit))
        }
        let isUID = current.asked.isUID
        current.found.appendResult(returns, isUID: isUID, tag: tag, to: &out.client)
    }

    // MARK: MOVE

    /// Copies the messages to move, marks them and expunges exactly them.
    ///
    /// A step that is refused ends it, so that nothing goes that is not there as well.
    mutating func file(_ current: inout Undertaking, _ asked: Copy) {
        guard !current.found.isEmpty else { return }
        guard let set = current.found.set(rangesMax: Self.movedRangesMax) else {
            return current.fail(.no, .bare(.limit))
        }
        let copy = Copy(isUID: true, set: set, mailbox: asked.mailbox)
        let mark = Store(
            isUID: true,
            set: set,
            operation: .add,
            isSilent: true,
            flags: FlagSet(system: [.deleted])
        )
        current.plan.add(Step(.copy(copy), current.asked.purpose))
        current.plan.add(Step(.store(mark)))
        current.plan.add(Step(.uidExpunge(set)))
    }

    /// Where the copies are is told before the messages go (RFC 6851, section 4.3).
    mutating func tellCopied(
        _ current: inout Undertaking,
        _ code: ResponseCode?,
        into out: inout Outbox
    ) {
        guard let kept = filtered(code, of: current.asked, .ok), case .copyUID = kept else {
            return
        }
        Response.status(.ok, code: kept).encode(into: &out.client)
    }
}
