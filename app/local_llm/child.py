"""The process that serves the model: `python -m app.local_llm.child PATH MODEL THREADS PORT`.

The API key comes as the first line of standard input; the address goes out as the one line of
standard output once the server listens. The process ends when its standard input does, and with
it whatever may have happened to its parent.
"""

import ctypes
import os
import select
import signal
import sys

import xllamacpp
from xllamacpp import xllamacpp as library

SLOTS = 2

SLOT_TOKENS = 4096

HTTP_THREADS = 64
"""Each request that waits for a slot holds one; with the default of a few, a busy server would not
answer whether it is well."""

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


def main() -> None:
    path, model, threads, port = sys.argv[1:]
    # llama.cpp may print; what it prints must not be taken for the address.
    with os.fdopen(os.dup(1), "w") as ready:
        os.dup2(2, 1)
        api_key = sys.stdin.readline().strip()
        if not api_key:
            sys.exit("the parent ended before it named an API key")
        _die_with_parent()
        try:
            server = xllamacpp.Server(_params(path, model, int(threads), int(port), api_key))
        except RuntimeError as error:
            flush_log()
            sys.exit(str(error))
        ready.write(f"{server.listening_address}\n")
    sys.stdin.read()
    # Not through the interpreter's end: the server would first finish what it is writing.
    os._exit(0)


def flush_log() -> bool:
    """Have llama.cpp write out its log, which a thread of its own writes; False if it cannot.

    The reason of a failure stands there, and an exit loses what the thread has not come to.
    """
    symbols = ctypes.CDLL(library.__file__)
    try:
        log, flush = symbols["_Z15common_log_mainv"], symbols["_Z16common_log_flushP10common_log"]
    except AttributeError:
        return False
    log.restype = ctypes.c_void_p
    flush.argtypes = [ctypes.c_void_p]
    flush.restype = None
    flush(log())
    return True


def _params(path: str, model: str, threads: int, port: int, api_key: str) -> xllamacpp.CommonParams:
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.model_alias = {model}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.reuse_port = True  # the parent keeps it reserved
    params.n_threads_http = HTTP_THREADS
    params.api_keys = [api_key]
    params.cors_origins = "http://127.0.0.1"
    params.cors_origins_explicit = True
    params.cors_credentials = False
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * SLOT_TOKENS
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.no_extra_bufts = True  # a repacked second copy of the weights would double the memory
    params.cache_ram_mib = 0  # by default old prompts may fill 8 GiB
    params.verbosity = 2
    return params


def _die_with_parent() -> None:
    """Ask Linux for SIGKILL at the parent's death: loading holds the GIL for seconds."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        has_ended, _, _ = select.select([sys.stdin], [], [], 0)
        if has_ended:
            sys.exit("the parent ended before the model was loaded")


if __name__ == "__main__":
    main()
