using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime.Monitoring;

/// <summary>What a monitor writes to its ready pipe, one line: <c>{"pid":N}</c>, or <c>{"kind":"…","message":"…"}</c> when the container did not start.</summary>
public static class ReadyMessage
{
    private sealed class Failure : OciObject
    {
        public string? Kind;
        public string? Message;

        public override void Map(JsonMap map)
        {
            map.RequiredText("kind", ref Kind);
            map.RequiredText("message", ref Message);
        }
    }

    public static byte[] Started(int pid) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"pid\":{pid}}}\n"));

    public static byte[] Failed(ErrorKind kind, string message)
    {
        var text = new StringBuilder(message.Length + 64);
        text.Append("{\"kind\":\"").Append(kind.ToString()).Append("\",\"message\":");
        JsonString.Append(text, message);
        return Encoding.UTF8.GetBytes(text.Append("}\n").ToString());
    }

    /// <summary>Waits for the message.</summary>
    /// <returns>The pid of the container's first process.</returns>
    /// <exception cref="SampanException">The monitor's, as it was thrown there; or the monitor died.</exception>
    public static int Await(int pipe)
    {
        byte[] buffer = new byte[4096];
        int length = 0;
        while (length == 0 || buffer[length - 1] != (byte)'\n')
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, length * 2);
            nint n = LinuxException.Check(Sys.Read(pipe, buffer.AsSpan(length)), "read", "the monitor's ready pipe");
            if (n == 0)
                throw new SampanException(ErrorKind.System, "the monitor died before the container was started");
            length += (int)n;
        }
        return Parse(buffer.AsSpan(0, length));
    }

    internal static int Parse(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("{\"pid\":"u8) && System.Buffers.Text.Utf8Parser.TryParse(line[7..], out int pid, out _))
            return pid;
        var failure = JsonReading.Read<Failure>(line.ToArray());
        throw new SampanException(Enum.TryParse(failure.Kind, out ErrorKind kind) ? kind : ErrorKind.System, failure.Message!);
    }
}
