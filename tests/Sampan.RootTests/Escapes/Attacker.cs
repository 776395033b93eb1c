using Sampan.Linux;

namespace Sampan.RootTests.Escapes;

/// <summary>A thread that exchanges two names in a directory of the image as fast as it can: renameat2(2), RENAME_EXCHANGE.</summary>
internal sealed class Attacker : IDisposable
{
    private const int RENAME_EXCHANGE = 2;

    private readonly Thread _thread;
    private volatile bool _stop;

    public Attacker(string one, string other)
    {
        _thread = new Thread(() =>
        {
            using var a = new CString(one);
            using var b = new CString(other);
            while (!_stop)
            {
                Sys.Call(SyscallNumber.renameat2, At.AT_FDCWD, a, At.AT_FDCWD, b, RENAME_EXCHANGE);
                Swaps++;
            }
        });
        _thread.Start();
    }

    public long Swaps { get; private set; }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }
}
