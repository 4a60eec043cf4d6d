// Which messages an EXPUNGE removes, for the record: old servers tell numbers that mean nothing later.
import IMAP

extension Relay {
    /// Asks for the UIDs of what is marked \Deleted before it goes, where the administrator wants
    /// that and the backend won't tell them anyway (VANISHED, RFC 7162); nil: nothing is asked.
    ///
    /// Another session may mark or remove messages between the two: the record tells what was to go.
    func askingWhatGoes(_ forward: Forward) -> Plan? {
        guard let key = removed(by: forward.command) else { return nil }
        if enabled.contains(.qresync) || enabled.contains(.uidOnly) { return nil }
        let search = Search(isUID: true, keys: key)
        let steps = [
            Step(.search(search), whenRefused: .passes), Step(forward.command, forward.purpose),
        ]
        return Plan(steps, course: .expunging)
    }

    private func removed(by command: Command) -> [SearchKey]? {
        switch command {
        case .expunge, .close: [.state(.deleted)]
        case .uidExpunge(let set): [.uids(set), .state(.deleted)]
        default: nil
        }
    }
}
