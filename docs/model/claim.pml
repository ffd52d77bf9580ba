/*
 * Claim, lease, failover, fence and re-queue, as docs/adr/0009 designs them. README.md beside this file says what is
 * left out. Everything that may go wrong costs one of FAULTS, so every history ends; what must come about "eventually"
 * has come about in its last state.
 */

#ifndef REQUESTS
#define REQUESTS 1
#endif
#ifndef FAULTS
#define FAULTS 3
#endif

/* Fences: who keeps the bytes of two executions apart. */
#define ORIGIN  0 /* the origin binds a request to one claim; nobody else's bytes reach the client */
#define NOBODY  1
#define WORKER  2 /* the worker looks whether its claim still stands in the store before each frame */
#define COUNTER 3 /* the store numbers the claims; the origin takes what has the greatest number */
#ifndef FENCE
#define FENCE ORIGIN
#endif

#define WORKERS 2
#define LAST_FRAME 2 /* of an answer: one with bytes, then its end */
#define NONE 0

mtype = { waiting, bound, completed, broken, overdue };  /* of a request, at its origin; the last three are outcomes */
mtype = { idle, asking, running };                       /* of a worker */
mtype = { ask, frame, failed };                          /* worker to origin */
mtype = { serve, drop };                               /* origin to worker */

/* The store. A claim is a number that never comes again; a worker holds one at a time. */
bool line[REQUESTS];
byte held[WORKERS];         /* claims:LIFE */
byte heldFor[WORKERS];      /* its request */
bool workerLives[WORKERS];  /* its life is current: known to the store, and its lease not over */
bool originLives = true;
byte counter;               /* COUNTER only */

/* A worker's own memory. */
mtype doing[WORKERS];
byte claim[WORKERS];
byte request[WORKERS];
byte token[WORKERS];
byte sent[WORKERS];

/* The origin's own memory. */
mtype state[REQUESTS];
byte boundTo[REQUESTS];     /* a claim */
byte boundAt[REQUESTS];     /* its worker */
byte passedOn[REQUESTS];    /* frames that the client has seen */
byte newest[REQUESTS];      /* COUNTER only */

/* The wire: in order from one sender, late or never. */
chan toOrigin[WORKERS] = [2] of { mtype, byte, byte, byte, byte };  /* what, request, claim, token, frame */
chan toWorker[WORKERS] = [1] of { mtype, byte };                    /* what, claim */

/* Only for telling: what no program knows. */
byte faults;
byte name;                  /* of the next claim */
byte seen[REQUESTS];        /* the claim whose bytes the client saw */
byte outcomes[REQUESTS];

#define isOver(r) (state[r] == completed || state[r] == broken || state[r] == overdue)
#define IS_FAULT (faults < FAULTS && !(isOver(0) && isOver(REQUESTS - 1))) -> faults++

/* A message is lost by a fault; one about a claim that its worker knows no more is passed over there, or here. */
inline tellOrigin(w, what, n) {
  if
  :: nfull(toOrigin[w]) -> toOrigin[w]!what, request[w], claim[w], token[w], n
  :: IS_FAULT
  fi
}
inline tellWorker(w, what, c) {
  if
  :: c == claim[w] && nfull(toWorker[w]) -> toWorker[w]!what, c
  :: c == claim[w] && IS_FAULT
  :: c != claim[w] || full(toWorker[w])
  fi
}

/* The store's part. */

inline putIntoLine(r) {
  if
  :: originLives -> line[r] = true
  :: else /* dropped: an origin that lives restores it */
  fi
}
inline removeClaim(w) {
  held[w] = NONE;
  heldFor[w] = 0
}

/* The worker's part. */

inline forget(w) {
  doing[w] = idle; claim[w] = NONE; request[w] = 0; token[w] = 0; sent[w] = 0;
  do
  :: toWorker[w]?_, _
  :: empty(toWorker[w]) -> break
  od
}
/* A commit of a life that is not current changes nothing. */
inline finish(w) {
  if
  :: workerLives[w] && held[w] == claim[w] -> removeClaim(w)
  :: else
  fi;
  forget(w)
}
inline giveBack(w) {
  if
  :: workerLives[w] && held[w] == claim[w] -> putIntoLine(request[w]); removeClaim(w)
  :: else
  fi;
  forget(w)
}
/*
 * A life that its own node replaces is over like any other: it may have made a claim whose answer was lost. What the node
 * still runs it restores; if that is in line as well, the next who asks for it is told so.
 */
inline retireFormerLife(w) {
  if
#ifndef UNKNOWN_CLAIMS_ARE_DROPPED
  :: held[w] != NONE -> putIntoLine(heldFor[w]); removeClaim(w)
  :: held[w] == NONE || held[w] == claim[w] -> removeClaim(w)
#else
  :: removeClaim(w)
#endif
  fi
}
inline register(w) {
  workerLives[w] = true;
  if
  :: true /* the connection was new */
  :: claim[w] != NONE -> forget(w) /* its lease was over: its guests are dropped */
  fi;
  retireFormerLife(w);
  held[w] = claim[w];
  heldFor[w] = request[w]
}
/* Claims never come again. A number that nobody knows any more is as good as a new one. */
#define isOnWire(c) (toOrigin[0]??[_, _, eval(c), _, _] || toOrigin[1]??[_, _, eval(c), _, _])
#define isKept(c) (c == claim[0] || c == claim[1] || c == held[0] || c == held[1])
#define isBound(r, c) (c == boundTo[r] || c == seen[r])
inline nameClaim() {
  name = 1;
  do
  :: isKept(name) || isBound(0, name) || isBound(REQUESTS - 1, name) || isOnWire(name) -> name++
  :: else -> break
  od
}
#define hasRoom(w) (workerLives[w] && doing[w] == idle && held[w] == NONE && nfull(toOrigin[w]))
inline take(w, r) {
  line[r] = false;
  nameClaim();
#if FENCE == COUNTER
  counter++;
#endif
  held[w] = name; heldFor[w] = r;
  if
  :: true ->
    doing[w] = asking; claim[w] = name; request[w] = r;
#if FENCE == COUNTER
    token[w] = counter;
#endif
    tellOrigin(w, ask, 0)
  :: IS_FAULT -> workerLives[w] = false /* the answer is lost with the connection */
  fi;
  name = 0
}
inline sendFrame(w) {
  sent[w]++;
  tellOrigin(w, frame, sent[w]);
  if
  :: sent[w] == LAST_FRAME -> finish(w)
  :: else
  fi
}

proctype Worker(byte w) {
  mtype what;
  byte c;
  end: do
  :: atomic { hasRoom(w) && line[0] -> take(w, 0) }
#if REQUESTS > 1
  :: atomic { hasRoom(w) && line[1] -> take(w, 1) }
#endif
  /* It asks again: nothing came, or it may be wanted no more. */
  :: atomic { doing[w] == asking && empty(toOrigin[w]) && empty(toWorker[w]) -> tellOrigin(w, ask, 0) }
  :: atomic { doing[w] != idle && nfull(toOrigin[w]) && IS_FAULT -> tellOrigin(w, ask, 0) }
  :: atomic { toWorker[w]?what, c ->
      if
      :: what == serve -> doing[w] = running
      :: what == drop -> finish(w)
      fi;
      what = 0; c = 0
    }
#if FENCE == WORKER
  :: doing[w] == running && held[w] == claim[w] -> /* looked; then it acts */
    atomic {
      if
      :: doing[w] == running && nfull(toOrigin[w]) -> sendFrame(w)
      :: doing[w] != running /* it crashed */
      fi
    }
  :: atomic { doing[w] == running && held[w] != claim[w] -> finish(w) }
#else
  :: atomic { doing[w] == running && nfull(toOrigin[w]) -> sendFrame(w) }
#endif
  :: atomic { doing[w] == running && nfull(toOrigin[w]) && IS_FAULT -> /* its engine dies */
      tellOrigin(w, failed, 0);
#ifdef LEFT_TO_THE_WORKER
      giveBack(w)
#else
      finish(w)
#endif
    }
  /* It hears nothing of the origin: that may be its own ear, so that the ticket is offered again. */
  :: atomic { doing[w] != idle && !originLives -> giveBack(w) }
  :: atomic { doing[w] != idle && IS_FAULT -> giveBack(w) }
  :: atomic { !workerLives[w] -> register(w) }
  od
}

/* The origin's part. */

inline end_(r, outcome) {
  if
  :: originLives -> line[r] = false
  :: else
  fi;
  state[r] = outcome; boundTo[r] = NONE; boundAt[r] = 0; newest[r] = 0; passedOn[r] = 0; seen[r] = NONE;
  outcomes[r]++;
  assert(outcomes[r] == 1)
}
/* The claim it was bound to is over without an end. */
inline breakOff(r) {
  if
  :: passedOn[r] > 0 -> end_(r, broken)
  :: else ->
    state[r] = waiting; boundTo[r] = NONE; boundAt[r] = 0;
#ifndef LEFT_TO_THE_WORKER
    if
    :: originLives -> line[r] = true
    :: else /* registering restores it */
    fi
#endif
  fi
}
#if FENCE == ORIGIN
#define isAnothers(r, c) (state[r] == bound && boundTo[r] != c)
#else
#define isAnothers(r, c) (passedOn[r] > 0 && boundTo[r] != c)
#endif
/* Asked again it answers alike. */
inline answerAsk(w, r, c) {
  if
  :: isOver(r) || isAnothers(r, c) -> tellWorker(w, drop, c)
  :: state[r] == bound && boundTo[r] == c -> tellWorker(w, serve, c)
  :: !isOver(r) && boundTo[r] != c && !isAnothers(r, c) ->
    assert(passedOn[r] == 0); /* no execution is begun once the client saw a byte */
    state[r] = bound; boundTo[r] = c; boundAt[r] = w;
    tellWorker(w, serve, c)
  fi
}
inline passOn(r, c, n) {
  assert(seen[r] == NONE || seen[r] == c); /* never bytes of two executions */
  if
  :: n == LAST_FRAME -> end_(r, completed)
  :: else -> seen[r] = c; passedOn[r]++
  fi
}
#if FENCE == ORIGIN
#define isRefused(r, c, t) (state[r] == waiting || boundTo[r] != c)
#elif FENCE == COUNTER
#define isRefused(r, c, t) (t < newest[r] || (t > newest[r] && passedOn[r] > 0))
#else
#define isRefused(r, c, t) false
#endif
inline takeFrame(w, r, c, t, n) {
  if
  :: isOver(r) -> tellWorker(w, drop, c)
  :: !isOver(r) && isRefused(r, c, t) -> tellWorker(w, drop, c)
  :: !isOver(r) && !isRefused(r, c, t) ->
    newest[r] = t;
    if
    :: n == passedOn[r] + 1 -> passOn(r, c, n)
    :: else -> breakOff(r) /* a gap */
    fi
  fi
}
/* Nothing comes and nothing is on its way: its worker is not at it. A fault: it only takes too long. */
#define isSilent(r) (claim[boundAt[r]] != boundTo[r] && empty(toOrigin[boundAt[r]]))

proctype Origin() {
  mtype what;
  byte r, c, t, n, w;
  end: do
  :: atomic {
      if
      :: toOrigin[0]?what, r, c, t, n -> w = 0
      :: toOrigin[1]?what, r, c, t, n -> w = 1
      fi;
      if
      :: what == ask -> answerAsk(w, r, c)
      :: what == frame -> takeFrame(w, r, c, t, n)
      :: what == failed && state[r] == bound && boundTo[r] == c -> breakOff(r)
      :: what == failed && !(state[r] == bound && boundTo[r] == c)
      fi;
      what = 0; r = 0; c = 0; t = 0; n = 0; w = 0
    }
  :: atomic { state[0] == bound && isSilent(0) -> breakOff(0) }
  :: atomic { state[0] == bound && IS_FAULT -> tellWorker(boundAt[0], drop, boundTo[0]); breakOff(0) }
#if REQUESTS > 1
  :: atomic { state[1] == bound && isSilent(1) -> breakOff(1) }
#endif
#ifndef PATIENT
  :: atomic { state[0] == waiting -> end_(0, overdue) }
  :: atomic { state[0] == bound -> tellWorker(boundAt[0], drop, boundTo[0]); end_(0, overdue) } /* or its client leaves */
#if REQUESTS > 1
  :: atomic { state[1] == waiting -> end_(1, overdue) }
#endif
#endif
  :: atomic { !originLives -> /* a new life: what the former one had in line is dropped, what waits is restored */
      originLives = true;
#ifndef NOTHING_IS_RESTORED
      line[0] = (state[0] == waiting);
#if REQUESTS > 1
      line[1] = (state[1] == waiting);
#endif
#endif
    }
  od
}

/* What befalls them. */

inline crash(w) {
  forget(w);
  workerLives[w] = false
}
/* Another server is the master: it may not have heard of the last claims, and have in line what was taken out. */
inline failOver() {
  byte w = 0;
  do
  :: w < WORKERS -> workerLives[w] = false;
    if
    :: true
    :: held[w] != NONE -> removeClaim(w)
    fi;
    w++
  :: else -> break
  od;
  w = 0;
  originLives = false;
  if :: true :: line[0] = !line[0] fi;
#if REQUESTS > 1
  if :: true :: line[1] = !line[1] fi;
#endif
#if FENCE == COUNTER
  if :: true :: counter > 0 -> counter-- fi
#endif
}
/* Whoever beats next clears what a life left whose lease is over. */
inline clear(w) {
  putIntoLine(heldFor[w]);
  removeClaim(w)
}

proctype World() {
  end: do
  :: atomic { workerLives[0] && IS_FAULT -> workerLives[0] = false } /* a worker stands still, its lease ends, it goes on */
  :: atomic { workerLives[1] && IS_FAULT -> workerLives[1] = false }
  :: atomic { IS_FAULT -> crash(0) }
  :: atomic { originLives && IS_FAULT -> originLives = false; line[0] = false;
#if REQUESTS > 1
      line[1] = false
#endif
    }
  :: atomic { IS_FAULT -> failOver() }
  :: atomic { !workerLives[0] && held[0] != NONE -> clear(0) }
  :: atomic { !workerLives[1] && held[1] != NONE -> clear(1) }
  od
}

/* When nothing can happen any more, everything has ended, and the store is empty. */
#define isSettled(r) (outcomes[r] == 1 && !line[r])
proctype Judge() {
  end: timeout ->
    assert(isSettled(0));
    assert(isSettled(REQUESTS - 1));
    assert(held[0] == NONE && held[1] == NONE)
}

init {
  atomic {
    byte i = 0;
    do
    :: i < REQUESTS -> line[i] = true; state[i] = waiting; i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < WORKERS -> workerLives[i] = true; doing[i] = idle; i++
    :: else -> break
    od;
    i = 0;
    run World(); run Judge(); run Origin(); run Worker(0); run Worker(1)
  }
}
