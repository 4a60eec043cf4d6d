// What a backend has told about itself when the login is done.
package import IMAP
package import Policy

package struct BackendFacts: Equatable, Sendable {
    package var capabilities: CapabilitySet
    package var namespace: Namespaces?
    /// How its names are spelled.
    package var naming: MailboxNaming
    /// Which of them are the user's own mailboxes under another name.
    package var names: BackendNames
    /// What the gateway does by itself where this backend can't.
    package var emulations: Emulations

    /// Takes the answers to CAPABILITY, NAMESPACE and `LIST "" ""`, as far as there were any, and
    /// the mailboxes that the backend marked; with `areUsesKnown` those are all.
    init(
        capabilities: CapabilitySet?,
        namespace: Namespaces?,
        delimiter: UInt8?,
        marked: [MarkedMailbox] = [],
        areUsesKnown: Bool = false,
        user: String,
        settings: BackendSettings
    ) {
        self.capabilities = capabilities ?? CapabilitySet()
        // A backend without NAMESPACE has one hierarchy, the user's own.
        self.namespace =
            namespace ?? Namespaces(personal: [.init(prefix: [], delimiter: delimiter)])
        emulations = settings.emulations
        let naming = MailboxNaming(
            namespace,
            delimiter: namespace?.personal.first?.delimiter ?? delimiter,
            rules: settings.mailboxNames
        )
        self.naming = naming
        names = BackendNames(
            user: user,
            personal: naming.canonicalPrefixes(of: namespace?.personal ?? []),
            others: naming.canonicalPrefixes(
                of: namespace.map { $0.otherUsers + $0.shared } ?? []
            ),
            own: settings.ownPrefixes,
            virtual: settings.virtualMailboxes,
            findsVirtual: settings.findsVirtual,
            uses: areUsesKnown ? MailboxUses(marked, naming) : nil
        )
    }

    /// How much of a policy depends on what this user's mailboxes are for.
    func usesDemand(of policy: PolicySet, for subject: Subject) -> UsesDemand {
        UsesDemand(of: policy, for: subject, findsVirtual: names.findsVirtual)
    }
}

extension MailboxNaming {
    /// The prefixes without a delimiter at the end; those that are no names are left out.
    fileprivate func canonicalPrefixes(of namespaces: [Namespaces.Namespace]) -> [[UInt8]] {
        namespaces.compactMap { namespace in
            if namespace.prefix.isEmpty { return [] }
            return try? decode(namespace.prefix, allowsTrailingDelimiter: true).canonical
        }
    }
}
