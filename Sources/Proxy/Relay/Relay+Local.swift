// What the gateway answers by itself.
import Audit
import Bytes
import IMAP
import Policy

extension Relay {
    mutating func answer(_ tag: Tag, _ answer: LocalAnswer, into out: inout Outbox) {
        switch answer {
        case .capability:
            offer.append(after: "* CAPABILITY", to: &out.client)
            out.client.append("\r\n")
            out.client.appendOK(tag, "CAPABILITY")
        case .id:
            out.client.append("* ID (\"name\" \"Postern\")\r\n")
            out.client.appendOK(tag, "ID")
        case .namespace:
            namespaces(into: &out)
            out.client.appendOK(tag, "NAMESPACE")
        case .compress:
            out.client.appendOK(tag, "COMPRESS")
            out.effects.append(.startCompression)
            startCompression()
        case .delimiter(let verb): delimiter(tag, verb, into: &out)
        case .myRights(let name):
            tell(authorization.rights(on: name), on: name, into: &out)
            out.client.appendOK(tag, "MYRIGHTS")
        case .enabled(let modes):
            switchOn(modes, into: &out)
            out.client.appendOK(tag, "ENABLE")
        case .logout:
            out.backend.append("g")
            out.backend.append(decimal: nextTag())
            out.backend.append(" LOGOUT\r\n")
            out.client.appendBye("Logging out")
            out.client.appendOK(tag, "LOGOUT")
            finish("the client has logged out", into: &out)
        }
    }

    /// The namespaces that the backend told at the login, less those that the policy hides.
    private mutating func namespaces(into out: inout Outbox) {
        var shown = backend.namespace ?? Namespaces()
        shown.personal = visible(shown.personal)
        shown.otherUsers = visible(shown.otherUsers)
        shown.shared = visible(shown.shared)
        Response.namespace(shown).encode(into: &out.client)
    }

    private func visible(_ namespaces: [Namespaces.Namespace]) -> [Namespaces.Namespace] {
        let naming = namesToClient
        return namespaces.compactMap { namespace in
            if namespace.prefix.isEmpty { return namespace }
            let name = try? naming.decode(namespace.prefix, allowsTrailingDelimiter: true)
            guard let name, let prefix = naming.transcode(prefix: namespace.prefix),
                policy.decide(name.canonical).rights.contains(.lookup)
            else { return nil }
            return Namespaces.Namespace(prefix: prefix, delimiter: namespace.delimiter)
        }
    }

    private mutating func delimiter(_ tag: Tag, _ verb: Verb, into out: inout Outbox) {
        out.client.append(verb == .list ? "* LIST (\\Noselect) " : "* LSUB (\\Noselect) ")
        if let delimiter = backend.naming.delimiter {
            out.client.append(delimiter == UInt8(ascii: "\\") ? "\"\\" : "\"")
            out.client.append(delimiter)
            out.client.append("\" \"\"\r\n")
        } else {
            out.client.append("NIL \"\"\r\n")
        }
        out.client.appendOK(tag, verb == .list ? "LIST" : "LSUB")
    }
}
