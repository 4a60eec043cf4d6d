// What a command wants of one mailbox: rights, and operations that a rule may forbid beside them.
import Policy

struct Demand: Equatable, Sendable {
    var rights: Rights
    var operations: Operations

    init(_ rights: Rights, _ operations: Operations = .none) {
        self.rights = rights
        self.operations = operations
    }

    static let none = Demand(.none)

    func adding(_ rights: Rights) -> Demand { Demand(self.rights.union(rights), operations) }

    func adding(_ operation: Policy.Operation) -> Demand {
        Demand(rights, operations.union(Operations(operation)))
    }

    var isEmpty: Bool { rights.isEmpty && operations.isEmpty }
}
