// The backend's bytes: framed, filtered, written for the client; what was written is canonical.
import Bytes
import IMAP

/// Longer inputs could break limits only by what canonical form adds to them.
private let inputBytesMax = 2048

/// Plays a session that believes every response, and cuts the stream as the first byte says.
///
/// What the client gets must be a backend's stream itself, and come through unchanged.
func fuzzBackend(_ input: [UInt8]) {
    guard let first = input.first, input.count <= inputBytesMax else { return }
    let bytes = Array(input.dropFirst())
    let cut = bytes.isEmpty ? 0 : Int(first) % bytes.count
    let relayed = FuzzedBackend.relay([Array(bytes[..<cut]), Array(bytes[cut...])])
    let whole = FuzzedBackend.relay([bytes])
    precondition(relayed == whole, "cuts make no difference")
    let again = FuzzedBackend.relay([whole.client.bytes])
    precondition(!again.isLost, "what is written can be read")
    precondition(whole.client.bytes.starts(with: again.client.bytes), "nothing changes")
    precondition(again.client == whole.client || whole.isUnfinished, "nothing is lost")
}

private struct FuzzedBackend: Equatable {
    private(set) var client = Buffer()
    /// What the records of the session would keep of what was read.
    private var messageIDs: [UInt8] = []
    private static let messageIDBytesMax = 64
    private(set) var isLost = false
    /// Whether the stream broke off while a FETCH response was on its way.
    private(set) var isUnfinished = false

    static func relay(_ inputs: [[UInt8]]) -> FuzzedBackend {
        var relayed = FuzzedBackend()
        var fragmenter = ResponseFragmenter()
        var transcoder: FetchTranscoder?
        for input in inputs {
            relayed.hear(input.span, through: &fragmenter, &transcoder)
        }
        relayed.isUnfinished = transcoder?.isUnfinished ?? false
        return relayed
    }

    private mutating func hear(
        _ input: Span<UInt8>,
        through fragmenter: inout ResponseFragmenter,
        _ transcoder: inout FetchTranscoder?
    ) {
        var offset = 0
        while !isLost {
            var literal: UInt64?
            switch fragmenter.feed(input, from: &offset) {
            case .needMore:
                precondition(offset == input.count, "all input is used")
                return
            case .violation: isLost = true
            case .streamed(let range):
                let text = input.extracting(range)
                client.append(text)
                transcoder?.passed(text, into: &messageIDs, bytesMax: Self.messageIDBytesMax)
            case .streamEnded: transcoder?.textEnded(into: &messageIDs)
            case .literal(let size):
                literal = size
                fallthrough
            case .response:
                do throws(ResponseError) {
                    try pass(literal, &fragmenter, &transcoder)
                } catch {
                    isLost = true
                }
            }
        }
    }

    private mutating func pass(
        _ literal: UInt64?,
        _ fragmenter: inout ResponseFragmenter,
        _ transcoder: inout FetchTranscoder?
    ) throws(ResponseError) {
        guard var current = transcoder ?? FetchTranscoder(reading: fragmenter.piece) else {
            guard literal == nil else { return fragmenter.collectLiteral() }
            return try passWhole(fragmenter.piece)
        }
        let step = try current.accept(
            fragmenter.piece,
            literal: literal,
            filter: .everything,
            into: &client
        )
        transcoder = current
        switch step {
        case .done: transcoder = nil
        case .collectLiteral: fragmenter.collectLiteral()
        case .streamLiteral: fragmenter.streamLiteral()
        case .dropLiteral: fragmenter.dropLiteral()
        }
    }

    private mutating func passWhole(_ piece: Span<UInt8>) throws(ResponseError) {
        let response = try ResponseParser.parse(piece)
        switch response {
        case .search, .sort, .thread, .esearch, .vanished, .uidBatches:
            // A tag as the gateway writes them, so that the answer is a backend's again.
            try NumberTranscoder.transcode(piece, clientTag: Tag("g1"), into: &client)
        default: response.encode(into: &client)
        }
    }
}

extension FetchTranscoder {
    fileprivate init?(reading piece: Span<UInt8>) {
        guard Self.isFetch(piece) else { return nil }
        self.init()
    }
}

extension FetchFilter {
    fileprivate static let everything = FetchFilter(
        attributes: [
            .uid, .flags, .internalDate, .envelope, .body, .bodyStructure, .rfc822, .rfc822Size,
            .rfc822Header, .rfc822Text, .modSequence, .emailID, .threadID, .saveDate, .preview,
        ],
        allowsSections: true,
        allowsBinary: true
    )
}
