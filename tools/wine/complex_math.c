/* The complex functions of the Universal C Runtime, which are empty in Wine 8 and which numpy calls.
 *
 * Microsoft's convention returns a complex double through a pointer that the caller passes, and a complex float in a
 * register: exactly as a structure of the same size, so structures stand in the signatures. Microsoft's long double is a
 * double. Each name gets the prefix `our_`; shims.py exports it without. */
#include <complex.h>
#include <math.h>

#define EXPORT __declspec(dllexport)

typedef struct { double re, im; } pair;
typedef struct { float re, im; } pairf;

static double _Complex in(pair z) { double _Complex c; __real__ c = z.re; __imag__ c = z.im; return c; }
static float _Complex inf_(pairf z) { float _Complex c; __real__ c = z.re; __imag__ c = z.im; return c; }
static pair out(double _Complex c) { return (pair){ __real__ c, __imag__ c }; }
static pairf outf(float _Complex c) { return (pairf){ __real__ c, __imag__ c }; }

#define COMPLEX(name)                                                  \
    EXPORT pair our_##name(pair z) { return out(name(in(z))); }        \
    EXPORT pair our_##name##l(pair z) { return our_##name(z); }        \
    EXPORT pairf our_##name##f(pairf z) { return outf(name##f(inf_(z))); }

#define REAL(name, value, valuef)                                      \
    EXPORT double our_##name(pair z) { return value; }                 \
    EXPORT double our_##name##l(pair z) { return our_##name(z); }      \
    EXPORT float our_##name##f(pairf z) { return valuef; }

COMPLEX(ccos) COMPLEX(ccosh) COMPLEX(cexp) COMPLEX(clog) COMPLEX(conj) COMPLEX(csin)
COMPLEX(csinh) COMPLEX(csqrt) COMPLEX(ctan) COMPLEX(ctanh)

REAL(cabs, hypot(z.re, z.im), hypotf(z.re, z.im))
REAL(carg, atan2(z.im, z.re), atan2f(z.im, z.re))
REAL(creal, z.re, z.re)
REAL(cimag, z.im, z.im)

EXPORT pair our_cpow(pair a, pair b) { return out(cpow(in(a), in(b))); }
EXPORT pair our_cpowl(pair a, pair b) { return our_cpow(a, b); }
EXPORT pairf our_cpowf(pairf a, pairf b) { return outf(cpowf(inf_(a), inf_(b))); }
