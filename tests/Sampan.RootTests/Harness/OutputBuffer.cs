using System.Diagnostics;
using System.Text;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>Collects what comes out of a descriptor, on a thread of its own, until the end of file.</summary>
internal sealed class OutputBuffer
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _bytes = new();
    private readonly ManualResetEventSlim _ended = new(false);
    private readonly AutoResetEvent _grown = new(false);

    /// <param name="source">Owned: closed at the end of file.</param>
    public OutputBuffer(Fd source, string name)
        => new Thread(() => Pump(source)) { IsBackground = true, Name = name }.Start();

    public bool Ended => _ended.IsSet;

    public string Text
    {
        get
        {
            lock (_gate)
                return Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
        }
    }

    /// <summary>Waits for the end of file; false when <paramref name="limit"/> passes first.</summary>
    public bool WaitForEnd(TimeSpan limit) => _ended.Wait(limit < TimeSpan.Zero ? TimeSpan.Zero : limit);

    /// <summary>Waits until <paramref name="wanted"/> stands in the output after position <paramref name="from"/>.</summary>
    /// <returns>The position after it.</returns>
    /// <exception cref="TimeoutException">It did not come; the message holds what did.</exception>
    public int WaitFor(string wanted, int from, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            bool ended = Ended;
            string text = Text;
            int at = text.IndexOf(wanted, from, StringComparison.Ordinal);
            if (at >= 0)
                return at + wanted.Length;
            if (ended || clock.Elapsed > limit)
                throw new TimeoutException($"\"{wanted}\" did not come within {limit.TotalSeconds} s{(ended ? ", and the output has ended" : "")}; what came:\n{text[from..]}");
            _grown.WaitOne(20);
        }
    }

    private void Pump(Fd source)
    {
        byte[] buffer = new byte[65536];
        while (true)
        {
            // A pty's master says EIO once the last slave is closed.
            nint n = Sys.Read(source.Number, buffer);
            if (n <= 0)
                break;
            lock (_gate)
                _bytes.Write(buffer, 0, (int)n);
            _grown.Set();
        }
        source.Dispose();
        _ended.Set();
        _grown.Set();
    }
}
