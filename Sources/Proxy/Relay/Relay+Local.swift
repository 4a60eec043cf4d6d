// What the gateway answers by itself.
import Audit
import Bytes
import IMAP

extension Relay {
    func answer(_ tag: Tag, _ answer: LocalAnswer, into out: inout Outbox) {
        switch answer {
        case .capability:
            out.client.append("* CAPABILITY ")
            offer.encode(into: &out.client)
            out.client.append("\r\n")
            out.client.appendOK(tag, "CAPABILITY")
        case .id:
            out.client.append("* ID (\"name\" \"Postern\")\r\n")
            out.client.appendOK(tag, "ID")
        case .namespace:
            namespaces(into: &out)
            out.client.appendOK(tag, "NAMESPACE")
        case .delimiter(let verb): delimiter(tag, verb, into: &out)
        case .enabledNothing:
            out.client.append("* ENABLED\r\n")
            out.client.appendOK(tag, "ENABLE")
        case .logout:
            out.backend.append("g")
            out.backend.append(decimal: nextTag())
            out.backend.append(" LOGOUT\r\n")
            out.client.appendBye("Logging out")
            out.client.appendOK(tag, "LOGOUT")
            finish(into: &out)
        }
    }

    /// The namespaces that the backend told at the login, less those that the policy hides.
    private func namespaces(into out: inout Outbox) {
        let known = backend.namespace ?? Namespaces(personal: nil, otherUsers: nil, shared: nil)
        known.filtered { prefix in
            guard !prefix.isEmpty else { return true }
            guard let name = try? backend.naming.decode(prefix, allowsTrailingDelimiter: true)
            else { return false }
            return policy.decide(name.canonical).rights.contains(.lookup)
        }.encode(into: &out.client)
    }

    private func delimiter(_ tag: Tag, _ verb: Verb, into out: inout Outbox) {
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
