// From the piece that the fragmenter cut to a typed response: all of it is read, or it is none.
import Bytes

package enum ResponseParser {
    /// Parses a whole response, as `ResponseFragmenter.piece` holds it.
    ///
    /// Untagged responses of unknown kind are `.unknown`; a known kind that breaks its grammar is an
    /// error, since the backend can then be trusted no longer.
    package static func parse(_ piece: Span<UInt8>) throws(ResponseError) -> Response {
        var cursor = Cursor(piece, text: .octets)
        if cursor.take(UInt8(ascii: "+")) { return .continuation }
        guard cursor.take(UInt8(ascii: "*")) else { return try tagged(&cursor) }
        do throws(SyntaxError) {
            try cursor.space()
            return try cursor.untaggedResponse()
        } catch {
            throw .syntax(error)
        }
    }

    private static func tagged(_ cursor: inout Cursor) throws(ResponseError) -> Response {
        guard let tag = cursor.takeGatewayTag(), cursor.takeSpace() else { throw .unknownTag }
        do throws(SyntaxError) {
            let condition = try cursor.condition()
            return .tagged(tag: tag, condition, code: try cursor.responseText())
        } catch {
            throw .syntax(error)
        }
    }
}

/// The first word of an untagged response that the gateway knows, where no number comes first.
private enum UntaggedWord: UInt8, Keyword {
    case capability, enabled, list, lsub, namespace, status, flags, id
    case acl, listRights, myRights, quota, quotaRoot, metadata

    private static let index = KeywordIndex(Self.self)

    static func candidates(for token: Span<UInt8>) -> UInt64? {
        index.candidates(for: token)
    }

    var spelling: StaticString {
        switch self {
        case .capability: "CAPABILITY"
        case .enabled: "ENABLED"
        case .list: "LIST"
        case .lsub: "LSUB"
        case .namespace: "NAMESPACE"
        case .status: "STATUS"
        case .flags: "FLAGS"
        case .id: "ID"
        case .acl: "ACL"
        case .listRights: "LISTRIGHTS"
        case .myRights: "MYRIGHTS"
        case .quota: "QUOTA"
        case .quotaRoot: "QUOTAROOT"
        case .metadata: "METADATA"
        }
    }
}

extension ConditionWord {
    fileprivate var untagged: Response.UntaggedStatus {
        switch self {
        case .ok: .ok
        case .no: .no
        case .bad: .bad
        case .bye: .bye
        case .preauth: .preauth
        }
    }
}

extension Cursor {
    /// Takes a tag of the gateway's own: `g` and a number without leading zeros.
    mutating func takeGatewayTag() -> UInt64? {
        var ahead = self
        guard ahead.take(UInt8(ascii: "g")), ahead.peek != UInt8(ascii: "0"),
            let number = try? ahead.number64()
        else { return nil }
        self = ahead
        return number
    }

    fileprivate mutating func condition() throws(SyntaxError) -> Response.Condition {
        switch try keyword(ConditionWord.self) {
        case .ok: return .ok
        case .no: return .no
        case .bad: return .bad
        case .bye, .preauth: throw expected(.knownWord)
        }
    }

    fileprivate mutating func untaggedResponse() throws(SyntaxError) -> Response {
        if let byte = peek, ByteClass.of(byte).contains(.digit) { return try numbered() }
        if let word = takeKeyword(ConditionWord.self) {
            return .status(word.untagged, code: try responseText())
        }
        if let word = takeKeyword(NumberListWord.self) { return try numberListHead(word) }
        guard let word = takeKeyword(UntaggedWord.self) else {
            _ = try atom()
            return .unknown
        }
        guard word != .id else { return .id }
        let response = try untaggedData(word)
        try end()
        return response
    }

    private mutating func untaggedData(_ word: UntaggedWord) throws(SyntaxError) -> Response {
        if word == .capability { return .capability(try capabilities()) }
        if word == .enabled { return .enabled(try capabilities()) }
        try space()
        switch word {
        case .list: return .list(try listEntry())
        case .lsub: return .lsub(try listEntry())
        case .namespace: return .namespace(try namespaces())
        case .status: return .mailboxStatus(try mailboxStatus())
        case .flags: return .flags(try backendFlags())
        case .acl: return .accessList(try accessList())
        case .listRights: return .grantableRights(try grantableRights())
        case .myRights: return .ownRights(try ownRights())
        case .quota: return .quota(try quota())
        case .quotaRoot: return .quotaRoots(try quotaRoots())
        case .metadata: return .metadata(try mailboxMetadata())
        case .capability, .enabled, .id: return .unknown
        }
    }

    /// Takes `5 EXISTS` and its kind; of FETCH only the head.
    private mutating func numbered() throws(SyntaxError) -> Response {
        let number = try number()
        try space()
        if takeKeyword(FetchWord.self) != nil {
            try space()
            try open()
            return .fetch
        }
        let response: Response
        if takeWord("EXISTS") {
            response = .exists(number)
        } else if takeWord("RECENT") {
            response = .recent(number)
        } else if takeWord("EXPUNGE") {
            guard number > 0 else { throw expected(.nonZeroNumber) }
            response = .expunge(number)
        } else {
            return .unknown
        }
        try end()
        return response
    }
}
