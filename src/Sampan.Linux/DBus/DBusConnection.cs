using System.Text;

namespace Sampan.Linux;

/// <summary>
/// A connection to a message bus, or to a program that talks D-Bus by itself; one thread, calls one after another.
/// <see href="https://dbus.freedesktop.org/doc/dbus-specification.html#auth-protocol">D-Bus Specification, "Authentication Protocol"</see>, mechanism EXTERNAL.
/// </summary>
public sealed class DBusConnection : IDisposable
{
    private readonly SocketFd _socket;
    private readonly string _path;
    private readonly Queue<DBusMessage> _signals = [];
    private byte[] _buffer = new byte[4096];
    private int _length;
    private uint _serial;

    private DBusConnection(SocketFd socket, string path) => (_socket, _path) = (socket, path);

    /// <param name="path">Of a unix socket.</param>
    /// <param name="user">Who the other side is to take us for; it asks the kernel. Null: whoever the kernel says.</param>
    /// <param name="isBus">Whether a message bus is there, which wants to be greeted first.</param>
    public static DBusConnection Open(string path, uint? user, bool isBus)
    {
        int slash = path.LastIndexOf('/');
        var connection = new DBusConnection(UnixSocket.Connect(path[..slash], path[(slash + 1)..]), path);
        try
        {
            connection.Authenticate(user);
            if (isBus)
                connection.Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello", "", null, long.MaxValue);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and waits for its answer.</summary>
    /// <param name="deadline">On the clock of <see cref="Sys.MonotonicMilliseconds"/>.</param>
    /// <exception cref="DBusException">The answer is an error.</exception>
    public DBusMessage Call(string destination, string path, string @interface, string member, string signature, Action<DBusWriter>? arguments, long deadline)
    {
        uint serial = ++_serial;
        Send(DBusMessage.Call(serial, destination, path, @interface, member, signature, arguments));
        while (true)
        {
            var message = Receive(deadline, member);
            if (message.Type == DBusMessageType.Signal)
                _signals.Enqueue(message);
            else if (message.AnswerTo == serial && message.Type == DBusMessageType.MethodReturn)
                return message;
            else if (message.AnswerTo == serial && message.Type == DBusMessageType.Error)
                throw new DBusException(message.Name, message.Body.Length > 0 ? new DBusReader(message.Body).String() : "");
        }
    }

    /// <summary>The next signal; those that came while an answer was waited for are first.</summary>
    public DBusMessage Signal(long deadline, string waitedFor)
    {
        if (_signals.TryDequeue(out var kept))
            return kept;
        while (true)
        {
            var message = Receive(deadline, waitedFor);
            if (message.Type == DBusMessageType.Signal)
                return message;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Authenticate(uint? user)
    {
        // Without a name to begin with, the other side asks for one: "DATA", which we answer with none.
        Send(Encoding.ASCII.GetBytes(user is null ? "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n" : $"\0AUTH EXTERNAL {Convert.ToHexStringLower(Encoding.ASCII.GetBytes($"{user}"))}\r\nBEGIN\r\n"));
        if (user is null && Line() is var asked && !asked.StartsWith("DATA", StringComparison.Ordinal))
            throw new SampanException(ErrorKind.PermissionDenied, $"{_path}: D-Bus: not let in: {asked}");
        if (Line() is var answer && !answer.StartsWith("OK ", StringComparison.Ordinal))
            throw new SampanException(ErrorKind.PermissionDenied, $"{_path}: D-Bus: {(user is null ? "" : $"user {user} is ")}not let in: {answer}");
    }

    private string Line()
    {
        int end;
        while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n"u8)) < 0)
            Fill(Sys.MonotonicMilliseconds() + 25_000, "authentication");
        string line = Encoding.UTF8.GetString(_buffer, 0, end);
        Drop(end + 2);
        return line;
    }

    private DBusMessage Receive(long deadline, string waitedFor)
    {
        while (true)
        {
            if (_length >= DBusMessage.FixedLength && DBusMessage.LengthOf(_buffer.AsSpan(0, _length)) is var length && _length >= length)
            {
                var message = DBusMessage.Parse(_buffer.AsSpan(0, length));
                Drop(length);
                return message;
            }
            Fill(deadline, waitedFor);
        }
    }

    private void Fill(long deadline, string waitedFor)
    {
        long left = Math.Min(deadline - Sys.MonotonicMilliseconds(), 3_600_000);
        pollfd[] poll = [new pollfd { fd = _socket.Number, events = PollEvents.POLLIN }];
        if (left <= 0)
            throw new SampanException(ErrorKind.System, $"{_path}: D-Bus: {waitedFor}: no answer in time");
        if (LinuxException.Check(Sys.Poll(poll, (int)left), "poll", _path) == 0)
            return;
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        int n = (int)LinuxException.Check(Sys.Recv(_socket.Number, _buffer.AsSpan(_length)), "recv", _path);
        if (n == 0)
            throw new SampanException(ErrorKind.System, $"{_path}: D-Bus: {waitedFor}: the other side has hung up");
        _length += n;
    }

    private void Drop(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[(int)LinuxException.Check(Sys.Send(_socket.Number, bytes), "send", _path)..];
    }
}
