// What a balancer says first: however it is cut, a PROXY header means one thing and has one end.
import Bytes
import Reactor

func fuzzProxy(_ input: [UInt8]) {
    let whole = Result { () throws(ProxyHeader.Fault) in try ProxyHeader(reading: input.span) }
    for cut in input.indices.prefix(ProxyHeader.bytesMax) {
        let part = input.span.extracting(first: cut)
        switch Result(catching: { () throws(ProxyHeader.Fault) in try ProxyHeader(reading: part) })
        {
        case .success(nil): continue
        case let early: precondition(early == whole, "what has come later changes nothing")
        }
    }
    switch whole {
    case .success(nil): precondition(input.count < ProxyHeader.bytesMax, "no wait without an end")
    case .success(let header?):
        precondition(header.byteCount <= min(input.count, ProxyHeader.bytesMax), "it has come")
        guard case .client(let client, let server) = header.meaning else { return }
        var written = Buffer()
        ProxyHeader.encode(client: client, server: server, into: &written)
        let again = try? ProxyHeader(reading: written.span)
        precondition(again?.meaning == header.meaning, "what is passed on means the same")
    case .failure: break
    }
}
