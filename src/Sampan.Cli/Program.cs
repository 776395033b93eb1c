namespace Sampan.Cli;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        Linux.SignalMask.AreForMainThread = true;
        return CommandLine.Run(arguments);
    }
}
