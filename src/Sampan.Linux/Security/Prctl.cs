namespace Sampan.Linux;

/// <summary>Options of <see href="https://man7.org/linux/man-pages/man2/prctl.2.html">prctl(2)</see>.</summary>
public enum PrctlOption
{
    PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_KEEPCAPS = 8, PR_SET_NAME = 15, PR_CAPBSET_READ = 23, PR_CAPBSET_DROP = 24, PR_SET_TIMERSLACK = 29,
    PR_SET_CHILD_SUBREAPER = 36, PR_SET_NO_NEW_PRIVS = 38, PR_CAP_AMBIENT = 47,
}

/// <summary>Sub-commands of PR_CAP_AMBIENT.</summary>
public static class PrCapAmbient
{
    public const int PR_CAP_AMBIENT_IS_SET = 1;
    public const int PR_CAP_AMBIENT_RAISE = 2;
    public const int PR_CAP_AMBIENT_LOWER = 3;
    public const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
}
