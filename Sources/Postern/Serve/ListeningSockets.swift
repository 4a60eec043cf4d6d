// The doors themselves: held by the supervisor, so that they outlive every gateway.
import Configuration
import Glibc
import Reactor

/// A listening socket that one reactor of the gateway accepts from.
final class ListeningSocket {
    let reactor: UInt16
    /// The listener's index in the configuration.
    let listener: UInt16
    let socket: Socket

    private init(reactor: UInt16, listener: UInt16, socket: consuming Socket) {
        self.reactor = reactor
        self.listener = listener
        self.socket = socket
    }

    /// Opens every address once for each reactor, so that the kernel spreads the clients out.
    static func open(
        _ listeners: [Listener],
        reactors: UInt16
    ) throws(SystemError) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        for (index, listener) in listeners.enumerated() {
            for endpoint in listener.addresses {
                guard let address = SocketAddress(endpoint.host, port: endpoint.port) else {
                    throw SystemError("listen \(endpoint)", code: EINVAL)
                }
                // Another service of the same user could share the address and take clients away:
                // one that already listens there refuses this socket, which lives no longer.
                _ = try Socket.listen(on: address, sharesAddress: false)
                for reactor in 0..<reactors {
                    sockets.append(
                        ListeningSocket(
                            reactor: reactor,
                            listener: UInt16(clamping: index),
                            socket: try Socket.listen(on: address)
                        )
                    )
                }
            }
        }
        return sockets
    }
}
