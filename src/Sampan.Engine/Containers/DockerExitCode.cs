namespace Sampan.Engine;

/// <summary>Exit codes of <c>docker run</c> for containers that did not start.</summary>
public static class DockerExitCode
{
    public const int Engine = 125, CannotInvoke = 126, CommandNotFound = 127;

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.CannotInvoke => CannotInvoke,
        ErrorKind.CommandNotFound => CommandNotFound,
        _ => Engine,
    };
}
