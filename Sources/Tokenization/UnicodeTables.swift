// SPDX-License-Identifier: Apache-2.0

// Written by Scripts/goldens/record-tokenizer-tables.py from tokenizers 0.23.3; not edited by hand.

/// The `tokenizers` library's own Unicode tables, as numbers in base 36 parted by blanks.
enum UnicodeTables {
    /// `\p{L}`: gap since the previous range's end, length.
    static let letters: StaticString = """
        1t q 6 q 1b 1 a 1 4 1 5 n 1 v 1 cq 4 c e 5 7 1 1 1 3l 5 1 2 2 4 1 1 6 1 1 3 1 1 1 k 1 2b 1 3v 8 4m 1 12 2 1 \
        6 15 1z r 4 4 19 17 z 2 1 2r 1 1 f 2 7 2 a 3 2 1 g 1 1 u t 2h b 1 o x 9 2 4 1 5 m 4 1 9 1 3 1 n p 7 b 5 o 1 \
        6 h 16 1m 1i 3 1 i 1 7 a f g 4 8 2 2 2 m 1 7 1 1 3 4 3 1 g 1 d 2 1 3 e 2 a 1 8 6 4 2 2 m 1 7 1 2 1 2 1 2 v \
        4 1 1 j 3 g 9 1 3 1 m 1 7 1 2 1 5 3 1 i 1 f 2 n 1 b 8 2 2 2 m 1 7 1 2 1 5 3 1 u 2 1 3 f 1 h 1 1 6 3 3 1 4 3 \
        2 1 1 1 2 3 2 3 3 3 c m 1 1g 8 1 3 1 n 1 g 3 1 q 3 2 1 2 2 u 1 4 8 1 3 1 n 1 a 1 5 3 1 v 2 1 2 f 2 h 9 1 3 \
        1 15 2 1 g 1 5 3 8 3 o 6 5 i 3 o 1 9 1 1 2 7 1m 1c 1 2 c 7 1m 2 1 1 1 5 1 o 1 1 1 a 1 2 9 1 2 5 1 1 l 4 w 1 \
        1r 8 1 10 r 5 37 17 k 1 g 6 4 4 3 1 3 2 7 3 4 d c 1 h 12 1 1 5 1 2 17 1 99 1 4 2 7 1 1 1 4 2 15 1 4 2 x 1 4 \
        2 7 1 1 1 4 2 f 1 1l 1 4 2 1v 11 g g 2e 2 6 3 h8 2 h 1 q 5 23 6 8 7 i d j e i e d 1 3 f 1g z 1 4 1 1v 2h 7 \
        5 2 y 1 1 5 1y a v 1d u 2 5 b 18 4 q 1i n 9 1h 2a 1 2l 1b h 8 1i u d 2 a 18 q 10 15 3 a 10 2 b 5 17 2 3 15 \
        4 1 6 1 2 3 1 5 5c 1s 7q 2 6 2 12 2 6 2 8 1 1 1 1 1 1 1 v 2 1h 1 7 1 1 3 3 1 7 3 4 2 6 4 d 5 3 1 7 38 1 d 1 \
        g d 2t 1 4 1 2 a 1 1 3 5 6 1 1 1 1 1 1 4 1 b 2 4 5 5 4 1 1g 2 22j 6d 6 4 3 2 c 12 1 1 5 1 2 1k 7 1 g n 9 7 \
        1 7 1 7 1 7 1 7 1 7 1 7 1 7 28 1 d1 2 16 5 5 2 4 2e 6 3 1 2i 1 4 5 17 1 2m h w 1c g e8 534 1s h3h 1v 1a 2 \
        7h 3 g a 2 k 1b g v 2 1y 1d 9 2 2v 2 1v 2 2 1 1 1 8 l g 1 3 1 4 1 n t 1g e 1e 1q 6 3 1 1 2 b s a n p t 7 1b \
        s 1 g 5 1 a a 5 1 15 n 3 1 8 k n 3 1 3 1e 1 1 3 2 2 5 2 1 1 1 o 3 2 b 7 3 c 6 2 6 2 6 9 7 1 7 1 17 1 e 6 37 \
        t 8mc c n 4 1d 6is a6 2 2y 12 7 c 5 5 1 1 a 1 d 1 5 1 1 1 2 1 2 1 30 x a3 i 1s 2 1i 14 c 38 5 1 3r 10 q 6 q \
        b 2h 3 6 2 6 2 6 2 3 z c 1 q 1 j 1 2 1 f 2 e y 3f at t 3 1d 1b w d k 1 8 6 12 a u 2 10 4 8 1c 4e i 10 4 10 \
        4 14 8 1g c b 1 f 1 7 1 2 1 b 1 f 1 7 1 2 3 1g c 8n 9 m a 8 o 6 1 16 1 9 1x 6 2 1 1 18 1 2 3 1 2 n a n 9 v \
        1t j 1 2 a m a q 1y 1k 6 2 1s 1 f 4 1 3 1 t 16 t 3 t z 8 1 s r 1i a m a j d i 32 21 1j 1f d 1f d 10 12 s 9 \
        n 6y 16 6 2 g 3 1n t a 1 8 m 16 i 1a l r n c 1h 1l 2 2 1 d 19 w p q 10 t 1 2 1 8 z 3 1 c 1c e 4 l 1 1 1 z i \
        1 p j 2 1r 7 1 1 1 4 1 f 1 a 7 1b 12 8 2 2 2 m 1 7 1 2 1 5 3 1 i 1 c 5 u a 1 1 2 1 1 12 1 1 p 1 1 1 18 1h i \
        4 k 3 u 1c k 2 1 1 54 1b 15 4 10 1c k 1 1n 17 d 1 1z r 11 7 55 18 38 1s v 8 2 1 2 8 1 2 1 o f 1 1 1 2m 8 2 \
        13 g 1 1 1 s 1 a 14 7 1 l 1 b 1a j 1 i 21 5j x v 9 1 11 h 1 1d u 34 7 1 2 1 12 l 1 p 6 1 2 1 w e 1 93 j f 1 \
        1 d 1 y 3g 1 27 pm 6e 5g 218 2p f ts h 6 p 32z 5 g7 5a1 u 1cy ft 7 v h 27 h u i 1c g 4 v l 5 j c0 19 5v 1s \
        3k 23 5 1 1u d 1s 2 1 1 s 4qg 8 ye 15 a 6w7 4 1 7 1 2 1 83 f 1 t 3 2 1 e 4 8 b0 1s4 2z 5 d 3 9 7 a 4me 2d 1 \
        1z 1 2 2 1 2 2 2 4 1 c 1 1 1 7 1 1t 1 4 2 8 1 7 1 s 1 4 1 5 1 1 3 7 1 9g 2 p 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 \
        v 1 p 1 8 1f8 v 6 6 79 1q 42 19 a 7 g 1 8x u i 18 dg s 6c u 2 1 dr 7 1 4 1 2 1 f 1 5h 1n 1w 7 1 xg 4 1 r 1 \
        2 1 1 2 1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 1 1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 1 a 1 \
        h 5 3 1 5 1 h 3es wyo w 37e 6 66 2 4g2 e 5rl f ha 1wi f2 15u 3t7 5 38g
        """

    /// `\p{N}`: gap since the previous range's end, length.
    static let numbers: StaticString = """
        1c a 3c 2 5 1 2 3 141 a 3q a 5i a bg a 3a a 4 6 30 a 3a a 3a a 2 6 32 d 37 a 8 7 2v a 2w 7 7 j 31 a 2o a 3a \
        a 1y k 7g a 1y a jz k oh 3 6n a 6 a m a 8c a 3k b 4l a 6 a 52 a 2e a 3q a 6 a t2 1 3 6 6 a 5i 1f 2 5 k6 1o \
        26 m hi u 12h 1 ll 1 p 9 e 3 9j 4 3u a u 8 1 f w a 13 f msg a 58 a 8w 6 4a a 12 a 5i a m a 2e a ba a geu a \
        dp 19 c 1l h 2 9h r 10 4 t 1 8 1 3q 5 5m a q6 8 p 7 13 9 23 5 m 6 4g 2 2 g 2 1a 1s 9 1g 2 u 3 23 5 2w 8 o 8 \
        15 7 96 6 1c a 6 a 7q v 4e a 16 4 34 7 3q u 3k a 1o a 40 a 7 k 6z a 9i a 3a a ae a 2u a 6 k 24 c bo j 2l a \
        ie a 2e t 6b a 1y a bq a 2u l tn 33 c01 a 1t2 a 2e a 3q a 1 7 em a 7a n imx a 152 k c k 30 p ut 1e 1ts a bq \
        a dy a 6v a jw 9 3k a lz 1n 1 3 1 4 24 19 1 f qq d 25f a
        """

    /// `\s`: gap since the previous range's end, length.
    static let spaces: StaticString = """
        9 5 i 1 2s 1 q 1 4bj 1 1vj b t 2 5 1 1b 1 334 1
        """

    /// `\w` of Rust's regex crate: gap since the previous range's end, length.
    static let words: StaticString = """
        1c a 7 q 4 1 1 q 1b 1 a 1 4 1 5 n 1 v 1 cq 4 c e 5 7 1 1 1 h 39 1 2 2 4 1 1 6 1 1 3 1 1 1 k 1 2b 1 3v 1 4t \
        1 12 2 1 6 15 8 19 1 1 1 2 1 2 1 1 8 r 4 4 t b 5 22 4 2u 1 8 2 a 1 j 2 1 g 1n 2 2t e 1i 4 1 2 1 2 1a i s 4 \
        b 5 o 1 6 8 23 1 3l 2 a 1 j 1 8 2 2 2 m 1 7 1 1 3 4 2 9 2 2 2 4 8 1 4 2 1 5 2 c a 1 1 1 2 3 1 6 4 2 2 m 1 7 \
        1 2 1 2 1 2 2 1 1 5 4 2 2 3 3 1 7 4 1 1 7 g b 3 1 9 1 3 1 m 1 7 1 2 1 5 2 a 1 3 1 3 2 1 f 4 2 a 9 7 1 3 1 8 \
        2 2 2 m 1 7 1 2 1 5 2 9 2 2 2 3 7 3 4 2 1 5 2 a 1 1 g 2 1 6 3 3 1 4 3 2 1 1 1 2 3 2 3 3 3 c 4 5 3 3 1 4 2 1 \
        6 1 e a g d 1 3 1 n 1 g 2 9 1 3 1 4 7 2 1 3 2 1 2 4 2 a g 4 1 8 1 3 1 n 1 a 1 5 2 9 1 3 1 4 7 2 6 2 1 4 2 a \
        1 3 c d 1 3 1 1f 1 3 1 5 5 4 7 5 2 a a 6 1 3 1 i 3 o 1 9 1 1 2 7 3 1 4 6 1 1 1 8 6 a 2 2 d 1m 5 f 1 a 13 2 \
        1 1 1 5 1 o 1 1 1 n 2 5 1 1 1 7 1 a 2 4 w 1 n 2 6 a b 1 1 1 1 1 4 a 1 10 4 k 1 i 1 10 9 1 1l 22 6 26 2 12 1 \
        1 5 1 2 17 1 99 1 4 2 7 1 1 1 4 2 15 1 4 2 x 1 4 2 7 1 1 1 4 2 f 1 1l 1 4 2 1v 2 3 w g g 2e 2 6 3 h8 2 h 1 \
        q 5 23 3 b 7 m 9 m b k c d 1 3 1 2 c 2c 3 1 4 2 2 a x 3 1 b 6 2h 7 17 5 1y a v 1 c 4 c a 14 2 5 b 18 4 q 6 \
        a 12 s 4 1r 1 t 2 b 6 a d 1 8 v 1d 25 3 a h 9 c 38 c 1k 8 a 3 1d 2 b 5 17 2 3 g 3 1 13 5 eu 2 6 2 12 2 6 2 \
        8 1 1 1 1 1 1 1 v 2 1h 1 7 1 1 3 3 1 7 3 4 2 6 4 d 5 3 1 7 f 2 1d 2 j 1 s 1 d 1 g d 1f x h 1 4 1 2 a 1 1 3 \
        5 6 1 1 1 1 1 1 4 1 b 2 4 5 5 4 1 h 15 ml 1g 1ee 6d 6 9 c 12 1 1 5 1 2 1k 7 1 f o 9 7 1 7 1 7 1 7 1 7 1 7 1 \
        7 1 7 1 w 1b 1 d1 3 p f 1 5 2 5 4 2e 2 2 2 3 1 2i 1 4 5 17 1 2m h w 1c g e8 534 1s h3h 1v 1a 2 7h 3 s k 1f \
        1 a 1 37 11 9 2 2v 2 1v 2 2 1 1 1 8 l 1i 4 1 j 1g c 1y a a 6 o 3 1 1 1d 2 10 c t 3 1t e b 6 v 1 1j 9 e 2 a \
        6 n 3 21 o 3 2 g 2 5 a 6 2 6 2 6 9 7 1 7 1 17 1 e 6 3f 1 2 2 a 6 8mc c n 4 1d 6is a6 2 2y 12 7 c 5 5 c 1 d \
        1 5 1 1 1 2 1 2 1 30 x a3 i 1s 2 1i 14 c 4 g g g 3 2 o 3 w 5 1 3r j a 7 q 4 1 1 q b 2h 3 6 2 6 2 6 2 3 z c \
        1 q 1 j 1 2 1 f 2 e y 3f 1x 1h 3s 1 3m t 3 1d f 1 v w d u 5 17 5 u 2 10 4 8 1 5 16 4e 2 a 6 10 4 10 4 14 8 \
        1g c b 1 f 1 7 1 2 1 b 1 f 1 7 1 2 3 1g c 8n 9 m a 8 o 6 1 16 1 9 1x 6 2 1 1 18 1 2 3 1 2 n a n 9 v 1t j 1 \
        2 a m a q 1y 1k 6 2 1s 4 1 2 5 8 1 3 1 t 2 3 4 1 w t 3 t z 8 1 u p 1i a m a j d i 32 21 1j 1f d 1f d 14 8 a \
        6 12 3 5 1 n 6y 16 1 2 3 2 g 3 1j x a 1 8 x v m 16 l r n 9 1z v g 9 1o 7 1 d p 7 a 6 1h 1 a 4 4 8 10 2 1 9 \
        1x 4 4 1 d 1 1 z i 1 11 6 4 1q 7 1 1 1 4 1 f 1 a 7 1n 5 a 6 4 1 8 2 2 2 m 1 7 1 2 1 5 1 a 2 2 2 3 2 1 6 1 5 \
        7 2 7 3 5 b a 1 1 2 1 1 12 1 a 1 1 2 1 1 4 1 8 d 2 t 23 5 a 4 4 u 1y 1 1 8 a 4m 1i 2 9 n 6 y 1t 3 1 b a 12 \
        1l 7 a 6 k s r 2 f 4 a 6 7 55 1n 2t 22 l 8 2 1 2 8 1 2 1 u 1 2 2 9 c a 1y 8 2 1a 2 8 1 2 r 1r 8 1 8 22 3 1 \
        i 21 5j x f a 6 9 1 19 1 9 f a o u 2 m 1 e 21 7 1 2 1 18 3 1 1 2 1 9 8 a 6 6 1 2 1 11 1 2 1 6 7 a 8m n 9 h \
        1 15 3 5 d b 2d 1 27 pm 2u 33 h 5g 218 2p f ts g m a 32z 5 g7 5a1 1m 1c6 ft 7 v 1 a 6 27 1 a 6 u 2 5 b 1j 9 \
        4 c a 9 l 5 j c0 19 3 a 5i 1s 3k 23 4 1l 7 h 1s 2 1 2 b 2 e 4qg 8 ye 15 a 6w7 4 1 7 1 2 1 83 f 1 t 3 2 1 e \
        4 8 b0 1s4 2z 5 d 3 9 7 a 3 2 381 a ee 1a 2 n f2 5 3 6 8 8 2 7 u 4 44 3 cb 2d 1 1z 1 2 2 1 2 2 2 4 1 c 1 1 \
        1 7 1 1t 1 4 2 8 1 7 1 s 1 4 1 5 1 1 3 7 1 9g 2 p 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 8 2 1e e8 1j 4 1e 8 \
        1 e 1 m 5 1 f uo v 6 6 5x 7 1 h 2 7 1 2 1 5 5 1q x 1 34 19 3 e 2 a 4 1 8x v h 1m d2 16 5y 17 dh 7 1 4 1 2 1 \
        f 1 5h b 7 15 24 4 a x2 4 1 r 1 2 1 1 2 1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 1 1 1 1 1 \
        2 1 1 2 4 1 7 1 4 1 4 1 1 1 a 1 h 5 3 1 5 1 h hg q 6 q 6 q 21y a sm wyo w 37e 6 66 2 4g2 e 5rl f ha 1wi f2 \
        15u 3t7 5 38g f9e8 6o
        """

    /// Gap since the previous start, count, stride, signed difference.
    static let lowercase: StaticString = """
        1t q 1 1s 3j n 1 1s o 7 1 1s 14 o 2 2 1e 3 2 2 7 8 2 2 h n 2 2 1a 1 1 6p 1 3 2 2 8 1 1 bo 1 2 2 2 4 1 1 bg \
        1 1 1 2 2 2 1 be 2 1 1 2 3 1 1 4e 1 1 1 b8 1 1 1 ba 1 1 1 2 2 1 1 be 1 1 1 bi 2 1 1 bq 1 1 1 bm 1 1 1 2 4 1 \
        1 bq 1 1 1 bu 2 1 1 bw 1 3 2 2 6 1 1 c4 1 1 1 2 2 1 1 c4 3 1 1 2 2 1 1 c4 1 1 1 2 2 2 1 c2 2 2 2 2 4 1 1 c6 \
        1 1 1 2 4 1 1 2 8 1 1 4 1 1 1 2 2 1 1 4 1 1 1 2 2 1 1 4 1 9 2 2 j 9 2 2 j 1 1 4 1 2 2 2 4 1 1 5d 1 1 1 33 1 \
        k 2 2 14 1 1 77 2 9 2 2 o 1 1 gnq 1 1 1 2 2 1 1 91 1 1 1 gnk 3 1 1 2 2 1 1 at 1 1 1 3u 1 1 1 3y 1 5 2 2 8a \
        2 2 2 6 1 1 2 9 1 1 6g 7 1 1 24 2 3 1 22 4 1 1 3k 2 2 1 3i 3 h 1 1s i 9 1 1s 18 1 1 g 9 c 2 2 s 1 1 3b 3 1 \
        1 2 2 1 1 d 1 1 1 2 3 3 1 77 3 g 1 4g g w 1 1s 28 h 2 2 16 r 2 2 1i 1 1 u 1 7 2 2 f 1c 2 2 2p 12 1 2o 29b \
        12 1 b7k 13 1 1 b7k 6 1 1 b7k k3 28 1 1nz4 28 6 1 g 1p5 1 1 2 7 17 1 4n3 19 3 1 4n3 8z 23 2 2 4e 1 1 br1 2 \
        1c 2 2 2w 8 1 f g 6 1 f g 8 1 f g 8 1 f g 6 1 f h 4 2 f f 8 1 f w 8 1 f g 8 1 f g 8 1 f g 2 1 f 2 2 1 43 2 \
        1 1 h c 4 1 4r 4 1 1 h c 2 1 f 2 2 1 5j e 2 1 f 2 2 1 67 2 1 1 d c 2 1 73 2 2 1 6z 2 1 1 h 8a 1 1 bll 4 1 1 \
        cxp 1 1 1 cqz 7 1 1 1k 1a g 1 w z 1 1 2 mr q 1 1g 1fu 1c 1 2o 2o 1 1 2 2 1 1 gkt 1 1 1 5vv 1 1 1 gjx 3 3 2 \
        2 6 1 1 gmv 1 1 1 gl5 1 1 1 gn1 1 1 1 gmz 2 1 1 2 3 1 1 2 9 2 1 got 2 1e 2 2 2z 2 2 2 7 1 1 2 nym n 2 2 1s \
        e 2 2 4i 7 2 2 g v 2 2 1z 2 2 2 4 1 1 1iiv 1 5 2 2 d 1 1 2 2 1 1 1t8v 3 2 2 2 6 a 2 2 k 1 1 1taf 1 1 1 1tb1 \
        1 1 1 1tat 1 1 1 1ta9 1 1 1 1taf 2 1 1 1t7n 1 1 1 1t8z 1 1 1 1t7t 1 1 1 1fk 1 8 2 2 g 1 1 2n 1 1 1 1tad 1 1 \
        1 1ilr 1 2 2 2 4 1 1 1tcd 1 8 2 2 g 1 1 1toh p 1 1 2 h7w q 1 1s yn 14 1 28 4w 10 1 28 5c b 1 26 c f 1 26 g \
        7 1 26 8 2 1 26 1d8 1f 1 3k 5s m 1 1s 28g w 1 1s gww w 1 1s 2o p 1 1i o68 y 1 1w
        """

    /// Gap since the previous range's end, length, class.
    static let combiningClasses: StaticString = """
        lc l 6e 0 1 6g 0 4 64 0 1 6g 0 1 60 0 5 64 0 2 5m 0 4 64 0 2 5m 0 b 64 0 5 1 0 4 64 0 8 6e 0 1 6o 0 1 6e 0 \
        3 64 0 3 6e 0 2 64 1 3 6e 0 4 64 0 1 6e 0 1 6g 0 2 64 0 1 6e 0 1 6h 0 2 6i 0 1 6h 0 2 6i 0 1 6h 0 d 6e 7n 5 \
        6e 7d 1 64 0 4 6e 0 1 64 0 3 6e 0 1 66 0 1 64 0 6 6e 0 6 64 0 2 6e 0 1 64 0 2 6e 0 1 66 0 1 6c 0 1 6e 0 1 a \
        0 1 b 0 1 c 0 1 d 0 1 e 0 1 f 0 1 g 0 1 h 0 1 i 0 2 j 0 1 k 0 1 l 0 1 m 1 1 n 1 1 o 0 1 p 1 1 6e 0 1 64 1 1 \
        i 20 8 6e 0 1 u 0 1 v 0 1 w 1c 1 r 0 1 s 0 1 t 0 1 u 0 1 v 0 1 w 0 1 x 0 1 y 0 2 6e 0 2 64 0 5 6e 0 1 64 0 \
        2 6e 0 1 64 g 1 z 2t 7 6e 2 4 6e 0 1 64 0 1 6e 2 2 6e 1 1 64 0 2 6e 0 1 64 z 1 10 u 1 6e 0 1 64 0 2 6e 0 1 \
        64 0 2 6e 0 3 64 0 1 6e 0 2 64 0 1 6e 0 1 64 0 3 6e 0 1 64 0 1 6e 0 1 64 0 1 6e 0 1 64 0 1 6e 0 1 64 0 2 6e \
        4g 7 6e 0 1 64 0 1 6e y 4 6e 1 9 6e 1 3 6e 1 5 6e 17 3 64 3c e 6e 1 1 64 0 2 6e 0 1 64 0 2 6e 0 1 64 0 3 6e \
        0 3 64 0 1 r 0 1 s 0 1 t 0 3 6e 0 1 64 0 2 6e 0 2 64 0 5 6e 1o 1 7 g 1 9 3 1 6e 0 1 64 0 2 6e 2v 1 7 g 1 9 \
        32 1 7 g 1 9 32 1 7 g 1 9 32 1 7 g 1 9 3j 1 9 3j 1 9 7 1 2c 0 1 2j 2t 1 7 g 1 9 3j 1 9 3g 1 9 31 2 2v 0 1 9 \
        d 4 2z 30 2 3a e 4 3e 24 2 64 r 1 64 1 1 64 1 1 60 1j 1 3l 0 1 3m 1 1 3o 5 4 3m 2 1 3m 1 2 6e 0 1 9 1 2 6e \
        1q 1 64 34 1 7 1 2 9 2a 1 64 jz 3 6e qc 1 9 v 1 9 4d 1 9 a 1 6e 5n 1 6c 3z 1 66 0 1 6e 0 1 64 63 1 6e 0 1 \
        64 1z 1 9 k 8 6e 2 1 64 1c 5 6e 0 6 64 0 2 6e 0 1 64 3a 1 7 f 1 9 12 1 6e 0 1 64 0 7 6e 1i 2 9 1m 1 7 b 2 9 \
        1v 1 7 48 3 6e 1 1 1 0 5 64 0 2 6e 0 4 64 0 1 6e 1 7 1 4 1 64 6 1 6e 3 2 6e 5i 2 6e 0 1 64 0 7 6e 0 1 64 0 \
        2 6e 0 1 6i 0 1 5y 0 1 64 0 1 5m 0 11 6e 5 1 6e 0 1 6h 0 1 64 0 1 6e 0 1 64 k0 2 6e 0 2 1 0 4 6e 0 3 1 0 2 \
        6e 4 1 6e 3 2 1 0 1 6e 0 1 64 0 1 6e 0 2 1 0 4 64 0 1 6e 2da 3 6e 3x 1 9 2o w 6e fe 1 62 0 1 6c 0 1 6g 0 1 \
        66 0 2 68 2x 2 8 n9w 1 6e 4 a 6e w 2 6e 28 2 6e 7o 1 9 59 1 9 r i 6e 1l 3 64 11 1 9 2n 1 7 c 1 9 6n 1 6e 1 \
        2 6e 0 1 64 2 2 6e 5 2 6e 1 1 6e 1g 1 9 6u 1 9 fn4 1 q ld 7 6e 0 7 64 0 2 6e r1 1 64 6a 1 64 45 5 6e 1aq 1 \
        64 1 1 6e 14 1 6e 0 1 1 0 1 64 4 1 9 4l 1 6e 0 1 64 127 1 9 1k 1 9 1l 1 9 0 1 7 1x 3 6e 1c 2 9 1q 1 7 24 1 \
        9 9 1 7 2y 1 9 0 1 7 4y 1 7 0 1 9 29 1 7 g 1 9 o 7 6e 3 5 6e 5p 1 9 3 1 7 3f 1 9 0 1 7 6z 1 9 0 1 7 3i 1 9 \
        3a 1 9 0 1 7 37 1 9 103 1 9 fjk 5 1 1n 7 6e g2v 1 1 43q 2 60 0 3 1 3 1 6a 0 5 60 8 8 64 2 5 6e 0 2 64 u 4 \
        6e 44 3 6e 2pn 7 6e 1 h 6e 2 7 6e 1 2 6e 1 5 6e 1ph 7 64 31 6 6e 0 1 7
        """

    /// Gap since the previous, signed difference of the first part, second part or 0, composes.
    static let decompositions: StaticString = """
        5c 71 lc 1 1 73 ld 1 1 75 le 1 1 77 lf 1 1 79 lk 1 1 7b lm 1 2 7b mf 1 1 79 lc 1 1 7b ld 1 1 7d le 1 1 7f \
        lk 1 1 79 lc 1 1 7b ld 1 1 7d le 1 1 7f lk 1 2 79 lf 1 1 79 lc 1 1 7b ld 1 1 7d le 1 1 7f lf 1 1 7h lk 1 3 \
        7b lc 1 1 7d ld 1 1 7f le 1 1 7h lk 1 1 7b ld 1 3 71 lc 1 1 73 ld 1 1 75 le 1 1 77 lf 1 1 79 lk 1 1 7b lm 1 \
        2 7b mf 1 1 79 lc 1 1 7b ld 1 1 7d le 1 1 7f lk 1 1 79 lc 1 1 7b ld 1 1 7d le 1 1 7f lk 1 2 79 lf 1 1 79 lc \
        1 1 7b ld 1 1 7d le 1 1 7f lf 1 1 7h lk 1 3 7b lc 1 1 7d ld 1 1 7f le 1 1 7h lk 1 1 7b ld 1 2 7f lk 1 1 al \
        lg 1 1 8v lg 1 1 ap li 1 1 8z li 1 1 at mg 1 1 93 mg 1 1 at ld 1 1 93 ld 1 1 ax le 1 1 97 le 1 1 b1 lj 1 1 \
        9b lj 1 1 b5 lo 1 1 9f lo 1 1 b7 lo 1 1 9h lo 1 3 bd lg 1 1 9n lg 1 1 bh li 1 1 9r li 1 1 bl lj 1 1 9v lj 1 \
        1 bp mg 1 1 9z mg 1 1 bt lo 1 1 a3 lo 1 1 bt le 1 1 a3 le 1 1 bx li 1 1 a7 li 1 1 c1 lj 1 1 ab lj 1 1 c5 mf \
        1 1 af mf 1 1 c7 le 1 1 ah le 1 3 cd lf 1 1 an lf 1 1 ch lg 1 1 ar lg 1 1 cl li 1 1 av li 1 1 cp mg 1 1 az \
        mg 1 1 ct lj 1 4 cz le 1 1 b9 le 1 1 d1 mf 1 1 bb mf 1 2 d5 ld 1 1 bf ld 1 1 d9 mf 1 1 bj mf 1 1 dd lo 1 1 \
        bn lo 1 5 dl ld 1 1 bv ld 1 1 dp mf 1 1 bz mf 1 1 dt lo 1 1 c3 lo 1 4 e1 lg 1 1 cb lg 1 1 e5 li 1 1 cf li 1 \
        1 e9 ln 1 1 cj ln 1 3 eb ld 1 1 cl ld 1 1 ef mf 1 1 cp mf 1 1 ej lo 1 1 ct lo 1 1 el ld 1 1 cv ld 1 1 ep le \
        1 1 cz le 1 1 et mf 1 1 d3 mf 1 1 ex lo 1 1 d7 lo 1 1 ez mf 1 1 d9 mf 1 1 f3 lo 1 1 dd lo 1 3 f9 lf 1 1 dj \
        lf 1 1 fd lg 1 1 dn lg 1 1 fh li 1 1 dr li 1 1 fl lm 1 1 dv lm 1 1 fp ln 1 1 dz ln 1 1 ft mg 1 1 e3 mg 1 1 \
        ft le 1 1 e3 le 1 1 ft le 1 1 e3 le 1 1 fx lk 1 1 fx ld 1 1 e7 ld 1 1 g1 lj 1 1 eb lj 1 1 g5 lo 1 1 ef lo 1 \
        y ip m3 1 1 gz m3 1 e j7 m3 1 1 hh m3 1 t lz lo 1 1 k9 lo 1 1 ln lo 1 1 jx lo 1 1 lf lo 1 1 jp lo 1 1 l7 lo \
        1 1 jh lo 1 1 dt lg 1 1 c3 lg 1 1 dx ld 1 1 c7 ld 1 1 e1 lo 1 1 cb lo 1 1 e5 lc 1 1 cf lc 1 2 fn lg 1 1 dx \
        lg 1 1 3w lg 1 1 3w lg 1 1 fr lg 1 1 e1 lg 1 3 n1 lo 1 1 lb lo 1 1 mx lo 1 1 l7 lo 1 1 mt mg 1 1 l3 mg 1 1 \
        3 lg 1 1 3 lg 1 1 31 lo 1 1 92 lo 1 1 ln lo 1 4 nt ld 1 1 m3 ld 1 3 nn lc 1 1 lx lc 1 1 h5 ld 1 1 ff ld 1 1 \
        h7 ld 1 1 fh ld 1 1 gb ld 1 1 el ld 1 1 ot lr 1 1 n3 lr 1 1 ox lt 1 1 n7 lt 1 1 ot lr 1 1 n3 lr 1 1 ox lt 1 \
        1 n7 lt 1 1 ot lr 1 1 n3 lr 1 1 ox lt 1 1 n7 lt 1 1 op lr 1 1 mz lr 1 1 ot lt 1 1 n3 lt 1 1 or lr 1 1 n1 lr \
        1 1 ov lt 1 1 n5 lt 1 1 ot lr 1 1 n3 lr 1 1 ox lt 1 1 n7 lt 1 1 p5 me 1 1 nf me 1 1 p7 me 1 1 nh me 1 3 q3 \
        lo 1 1 od lo 1 7 qx lj 1 1 p7 lj 1 1 qt mf 1 1 p3 mf 1 1 iv lg 1 1 h5 lg 1 1 j1 lg 1 1 hb lg 1 1 ql lj 1 1 \
        ov lj 1 1 3 lg 1 1 3 lg 1 1 q9 lg 1 1 oj lg 1 7h 3j 0 0 1 3j 0 0 2 2n 0 0 1 3b ld 0 1c ad 0 0 a 1ad 0 0 7 \
        14p ld 1 1 m ld 1 1 13z 0 0 1 q ld 1 1 s ld 1 1 u ld 1 2 12 ld 1 2 1a ld 1 1 1g ld 1 1 38 ld 1 q x lk 1 1 b \
        lk 1 1 a ld 1 1 g ld 1 1 i ld 1 1 k ld 1 1 1i ld 1 q x lk 1 1 b lk 1 1 p ld 1 1 f ld 1 1 9 ld 1 5 1 ld 1 1 \
        3 lk 1 18 16 lc 1 1 14 lk 1 2 w ld 1 4 1 lk 1 5 s ld 1 1 m lc 1 1 16 li 1 b 1 li 1 w 1 li 1 n 1h lc 1 1 1j \
        lk 1 2 1r ld 1 4 1 lk 1 5 1v ld 1 1 21 lc 1 1 1h li 1 o 3 lr 1 1 3 lr 1 22 9h li 1 1 7r li 1 e an li 1 1 8x \
        li 1 1 ar lk 1 1 91 lk 1 3 ap li 1 1 8z li 1 3 3 lk 1 1 3 lk 1 1 az lk 1 1 99 lk 1 1 b1 lk 1 1 9b lk 1 3 b7 \
        lg 1 1 9h lg 1 1 bb lk 1 1 9l lk 1 1 b3 lk 1 1 9d lk 1 3 3 lk 1 1 3 lk 1 1 al lk 1 1 8v lk 1 1 b9 lg 1 1 9j \
        lg 1 1 bd lk 1 1 9n lk 1 1 bh ln 1 1 9r ln 1 1 bd lk 1 1 9n lk 1 3 bd lk 1 1 9n lk 1 89 a 18z 1 1 8 190 1 1 \
        20 190 1 1 4 191 1 1 20 190 1 4a 16 190 1 2 1 190 1 h 1 190 1 gm 1 1to 1 8 1 1to 1 3 1 1to 1 10 3p 1to 0 1 \
        3p 1to 0 1 3p 1to 0 1 3h 1to 0 1 39 1to 0 1 39 1to 0 1 2t 1to 0 1 2n 1to 0 30 7 1xa 1 1 9 1xz 1 g 39 1x8 0 \
        1 39 1x8 0 2 2n 1x8 0 2c 1 20s 0 3 4 20s 0 z 3p 20s 0 1 3p 20s 0 1 3h 20s 0 3 2t 20s 0 6i 1 28m 1 3 7 27y 1 \
        1 9 28n 1 g 39 27w 0 1 39 27w 0 1j 3 2c7 1 1i 7 2bi 1 1 7 2bi 1 1 b 2c7 1 3g 3 2fq 1 3c 1 2j9 1 7 1 2j9 1 1 \
        3 2ja 1 2 7 2iq 1 1 1 2j9 1 3j 7 2m6 1 1 7 2m6 1 1 b 2mv 1 3y 1 2q2 1 2 5 2q7 1 1 1 2q2 1 1 9 2qn 1 9x 1 \
        33r 0 a 1 33r 0 5 1 33r 0 5 1 33r 0 5 1 33r 0 d 29 33p 0 a 3 31u 0 2 7 31w 0 1 3c 328 0 2 3a 328 0 9 v 328 \
        0 i 1 33r 0 a 1 33r 0 5 1 33r 0 5 1 33r 0 5 1 33r 0 d 29 33p 0 31 1 372 1 25c 1 5dh 1 2 1 5dh 1 2 1 5dh 1 2 \
        1 5dh 1 2 1 5dh 1 4 1 5dh 1 15 1 5dh 1 2 1 5dh 1 3 3 5dh 1 1 3 5dh 1 2 1 5dh 1 jh br1 md 1 1 bpb md 1 1 br3 \
        lj 1 1 bpd lj 1 1 br7 mb 1 1 bph mb 1 1 brb mp 1 1 bpl mp 1 1 bk1 ld 1 1 bib ld 1 1 brf lj 1 1 bpp lj 1 1 \
        brj mb 1 1 bpt mb 1 1 brn mp 1 1 bpx mp 1 1 brr mf 1 1 bq1 mf 1 1 brv ml 1 1 bq5 ml 1 1 bgj lc 1 1 bgj lc 1 \
        1 bgn ld 1 1 bgn ld 1 1 bs5 ml 1 1 bqf ml 1 1 bs9 mo 1 1 bqj mo 1 1 b1j li 1 1 b1j li 1 1 bsf lj 1 1 bqp lj \
        1 1 bsh lg 1 1 bqr lg 1 1 bsj lj 1 1 bqt lj 1 1 bsn mb 1 1 bqx mb 1 1 bsr lk 1 1 br1 lk 1 1 bsv mf 1 1 br5 \
        mf 1 1 bsz mm 1 1 br9 mm 1 1 bt1 mo 1 1 brb mo 1 1 blp ld 1 1 bjz ld 1 1 bt5 ld 1 1 brf ld 1 1 bt9 mb 1 1 \
        brj mb 1 1 btd mp 1 1 brn mp 1 1 btf mb 1 1 brp mb 1 1 3 lg 1 1 3 lg 1 1 btn mp 1 1 brx mp 1 1 btr ml 1 1 \
        bs1 ml 1 1 btt ld 1 1 bs3 ld 1 1 btx lj 1 1 bs7 lj 1 1 bu1 mb 1 1 bsb mb 1 1 bu3 lj 1 1 bsd lj 1 1 bu7 mb 1 \
        1 bsh mb 1 1 bub mp 1 1 bsl mp 1 1 buf ml 1 1 bsp ml 1 1 bn1 ld 1 1 blb ld 1 1 bn5 lk 1 1 blf lk 1 1 bgn lc \
        1 1 bgn lc 1 1 bgr ld 1 1 bgr ld 1 1 buv ld 1 1 bt5 ld 1 1 buz lj 1 1 bt9 lj 1 1 buz lj 1 1 bt9 lj 1 1 bv3 \
        mb 1 1 btd mb 1 1 3 lg 1 1 3 lg 1 1 bvb mp 1 1 btl mp 1 1 bvd lj 1 1 btn lj 1 1 bvh mb 1 1 btr mb 1 1 bgz \
        lj 1 1 bgz lj 1 1 bgr lj 1 1 bgr lj 1 1 b lj 1 1 b lj 1 1 bvv lj 1 1 bu5 lj 1 1 bvz mb 1 1 bu9 mb 1 1 bw3 \
        mp 1 1 bud mp 1 1 bw7 ml 1 1 buh ml 1 1 bw9 mc 1 1 buj mc 1 1 bwd mo 1 1 bun mo 1 1 bwh ml 1 1 bur ml 1 1 \
        bhb ld 1 1 bhb ld 1 1 bhb lk 1 1 bhb lk 1 1 bwr lf 1 1 bv1 lf 1 1 bwv mb 1 1 bv5 mb 1 1 bwx lc 1 1 bv7 lc 1 \
        1 bx1 ld 1 1 bvb ld 1 1 bx5 lk 1 1 bvf lk 1 1 bx9 lj 1 1 bvj lj 1 1 bxd mb 1 1 bvn mb 1 1 bxf lj 1 1 bvp lj \
        1 1 bxj lk 1 1 bvt lk 1 1 bxl lj 1 1 bvv lj 1 1 bxn le 1 1 bvx le 1 1 bxr mb 1 1 bw1 mb 1 1 bxv mp 1 1 bw5 \
        mp 1 1 bx7 mp 1 1 bwl lk 1 1 bwh lm 1 1 bwf lm 1 2 bhz lj 1 5 bzx mb 1 1 by7 mb 1 1 c01 ll 1 1 byb ll 1 1 \
        bsz ld 1 1 br9 ld 1 1 bt3 lc 1 1 brd lc 1 1 bt7 ll 1 1 brh ll 1 1 btb lf 1 1 brl lf 1 1 n le 1 1 n le 1 1 \
        bpz ld 1 1 bpz ld 1 1 bq3 lc 1 1 bq3 lc 1 1 bq7 ll 1 1 bq7 ll 1 1 bqb lf 1 1 bqb lf 1 1 17 li 1 1 17 li 1 1 \
        c11 mb 1 1 bzb mb 1 1 c15 ll 1 1 bzf ll 1 1 c19 lf 1 1 bzj lf 1 1 btz ld 1 1 bs9 ld 1 1 bu3 lc 1 1 bsd lc 1 \
        1 bu7 ll 1 1 bsh ll 1 1 bub lf 1 1 bsl lf 1 1 r le 1 1 r le 1 1 c1p ll 1 1 bzz ll 1 1 c1t mb 1 1 c03 mb 1 1 \
        c1l mb 1 1 bzv mb 1 1 c1p ll 1 1 bzz ll 1 1 buf ld 1 1 bsp ld 1 1 buj lc 1 1 bst lc 1 1 bun ll 1 1 bsx ll 1 \
        1 bur lf 1 1 bt1 lf 1 1 n le 1 1 n le 1 1 bjn ld 1 1 bjn ld 1 1 bjr lc 1 1 bjr lc 1 1 bjv ll 1 1 bjv ll 1 1 \
        bjz lf 1 1 bjz lf 1 1 bk3 mb 1 1 bk3 mb 1 1 c2l mb 1 1 c0v mb 1 1 c2p ll 1 1 c0z ll 1 1 bjl ld 1 1 bjl ld 1 \
        1 bjp lc 1 1 bjp lc 1 1 bjt ll 1 1 bjt ll 1 1 bjx lf 1 1 bjx lf 1 1 bk1 mb 1 1 bk1 mb 1 1 c35 lc 1 1 c1f lc \
        1 1 c39 mb 1 1 c1j mb 1 1 c3d ll 1 1 c1n ll 1 1 c3h lf 1 1 c1r lf 1 7 asd lv 1 1 asf lw 1 1 3 lc 1 1 3 lc 1 \
        1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 1 aul lv 1 1 aun lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b \
        n6 1 1 at1 lv 1 1 at3 lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 3 av9 lv 1 1 avb lw 1 1 3 lc 1 1 3 lc 1 1 7 \
        ld 1 1 7 ld 1 3 att lv 1 1 atv lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 1 aw1 lv 1 1 aw3 \
        lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 1 aul lv 1 1 aun lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 \
        1 7 ld 1 1 b n6 1 1 b n6 1 1 awt lv 1 1 awv lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 1 \
        av5 lv 1 1 av7 lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 3 axd lv 1 1 axf lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 \
        7 ld 1 3 avp lv 1 1 avr lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 2 axz lw 1 2 3 lc 1 2 7 \
        ld 1 2 b n6 1 1 awd lv 1 1 awf lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 1 ayl lv 1 1 ayn \
        lw 1 1 3 lc 1 1 3 lc 1 1 7 ld 1 1 7 ld 1 1 b n6 1 1 b n6 1 1 ayl lc 1 1 ayx 0 0 1 ayh lc 1 1 ayz 0 0 1 ayh \
        lc 1 1 az1 0 0 1 ayh lc 1 1 az3 0 0 1 ay9 lc 1 1 axl 0 0 1 ay1 lc 1 1 axn 0 0 1 axx lc 1 1 axp 0 0 3 73 n9 \
        1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 \
        n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 73 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 \
        67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 67 n9 1 1 3j n9 1 \
        1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 \
        1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 3j n9 1 1 b25 li 1 1 b27 lg 1 1 3n n9 1 1 b2b n9 1 1 b2n n9 1 2 b2h n6 1 \
        1 1 n9 1 1 b4d li 1 1 b4f lg 1 1 b4h lc 1 1 b55 0 0 1 b4l n9 1 2 b2h 0 0 3 ca9 n6 1 1 4b n9 1 1 b2v n9 1 1 \
        b3f n9 1 2 b31 n6 1 1 1 n9 1 1 b51 lc 1 1 b5t 0 0 1 b51 lc 1 1 b5v 0 0 1 b55 n9 1 1 r lc 1 1 t ld 1 1 v n6 \
        1 1 b3h li 1 1 b3j lg 1 1 b2n lc 1 1 b5x 0 0 3 b3t n6 1 1 b2x n6 1 1 b5p li 1 1 b5r lg 1 1 b5t lc 1 1 b6p 0 \
        0 2 1u lc 1 1 1s ld 1 1 1q n6 1 1 b3p li 1 1 b3r lg 1 1 b3h lc 1 1 b51 0 0 1 b45 lv 1 1 b47 lw 1 1 b41 n6 1 \
        1 b3r n6 1 1 b5x li 1 1 b5z lg 1 1 b61 lc 1 1 b7d 0 0 1 b6d lw 1 1 ccp lc 1 1 b81 0 0 1 cgt 0 0 3 6j n9 1 1 \
        b4j n9 1 1 b4b n9 1 2 b4p n6 1 1 1 n9 1 1 b75 lc 1 1 b89 0 0 1 b6p lc 1 1 b87 0 0 1 b6t n9 1 1 ccx 0 0 3 4 \
        0 0 1 4 0 0 85 bnd 0 0 4 czh 0 0 1 csr 0 0 33 j mw 1 1 h mw 1 j 1f mw 1 v 6 mw 1 1 c mw 1 1 6 mw 1 1h 1 mw \
        1 5 1 mw 1 3 1 mw 1 o 1 mw 1 2 1 mw 1 r 9 mw 1 3 1 mw 1 3 3 mw 1 2 1 mw 1 n dhh mw 1 2 1 mw 1 b 1r mw 1 1 \
        dib mw 1 1 di9 mw 1 1 n mw 1 1 n mw 1 3 3 mw 1 1 3 mw 1 3 3 mw 1 1 3 mw 1 7 b mw 1 1 b mw 1 3 3 mw 1 1 3 mw \
        1 3 3 mw 1 1 3 mw 1 z j mw 1 1 9 mw 1 1 9 mw 1 1 7 mw 1 1d 5j mw 1 1 5j mw 1 1 4h mw 1 1 4h mw 1 7 33 mw 1 \
        1 33 mw 1 1 33 mw 1 1 33 mw 1 1o 532 0 0 1 532 0 0 1iq 2 mw 0 12o 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 \
        9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 3 1 9ll 1 2 1 9ll 1 2 1 9ll 1 7 \
        1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 3 9lm 1 n 4b 9ll \
        1 a 1 9ll 1 e 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 9ll 1 2 1 \
        9ll 1 2 1 9ll 1 2 1 9ll 1 3 1 9ll 1 2 1 9ll 1 2 1 9ll 1 7 1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 \
        3 9lm 1 2 1 9ll 1 1 3 9lm 1 2 1 9ll 1 1 3 9lm 1 n 4b 9ll 1 3 f 9ll 1 1 f 9ll 1 1 f 9ll 1 1 f 9ll 1 4 1 9ll \
        1 13ia 16y7 0 0 1 1lp5 0 0 1 15yn 0 0 1 16r9 0 0 1 1ilh 0 0 1 1vhh 0 0 1 1t8h 0 0 1 zbp 0 0 1 zbr 0 0 1 \
        1r3j 0 0 1 14s1 0 0 1 1slj 0 0 1 1r47 0 0 1 1not 0 0 1 1fm1 0 0 1 1c0j 0 0 1 19cx 0 0 1 18rx 0 0 1 18ab 0 0 \
        1 15af 0 0 1 1kir 0 0 1 1jar 0 0 1 1htl 0 0 1 1gmp 0 0 1 1a5x 0 0 1 14yl 0 0 1 11ld 0 0 1 1ve9 0 0 1 1tfx 0 \
        0 1 1k4x 0 0 1 1hc5 0 0 1 19er 0 0 1 zyb 0 0 1 1pk1 0 0 1 1i7h 0 0 1 19kb 0 0 1 185b 0 0 1 1nef 0 0 1 1b4r \
        0 0 1 18nj 0 0 1 1ozf 0 0 1 1lpf 0 0 1 1j7j 0 0 1 1h0d 0 0 1 158b 0 0 1 1v0t 0 0 1 1u5p 0 0 1 1tpd 0 0 1 \
        1mmv 0 0 1 1k8r 0 0 1 1hdv 0 0 1 1fh3 0 0 1 1bvp 0 0 1 19i5 0 0 1 19df 0 0 1 16dr 0 0 1 12q3 0 0 1 111v 0 0 \
        1 101r 0 0 1 1eu5 0 0 1 1egp 0 0 1 1cu1 0 0 1 1aeh 0 0 1 14dx 0 0 1 zup 0 0 1 17md 0 0 1 1rd1 0 0 1 1oxp 0 \
        0 1 1dc7 0 0 1 1bpp 0 0 1 1haf 0 0 1 1erd 0 0 1 16vf 0 0 1 12ub 0 0 1 1rdv 0 0 1 1pzl 0 0 1 1kkx 0 0 1 1j39 \
        0 0 1 1im5 0 0 1 1d1b 0 0 1 1cmp 0 0 1 134b 0 0 1 1trz 0 0 1 1bpr 0 0 1 1u5r 0 0 1 1u6p 0 0 1 1e9f 0 0 1 \
        1ctt 0 0 1 1adp 0 0 1 132f 0 0 1 17eb 0 0 1 1nh3 0 0 1 1kmr 0 0 1 17lp 0 0 1 1vm1 0 0 1 1q7j 0 0 1 1okb 0 0 \
        1 1gvn 0 0 1 1g4j 0 0 1 1tp3 0 0 1 1eq9 0 0 1 1v0r 0 0 1 1oqh 0 0 1 1voz 0 0 1 1jjr 0 0 1 1mg1 0 0 1 1d3j 0 \
        0 1 1tfz 0 0 1 1rmj 0 0 1 1fiv 0 0 1 1aa1 0 0 1 17rd 0 0 1 1jzf 0 0 1 15s1 0 0 1 1jo3 0 0 1 1nft 0 0 1 1au5 \
        0 0 1 1n6x 0 0 1 1g69 0 0 1 1vgx 0 0 1 1ue5 0 0 1 1u8v 0 0 1 1l9t 0 0 1 1d7r 0 0 1 1b15 0 0 1 17px 0 0 1 \
        14yl 0 0 1 1tsj 0 0 1 1ta3 0 0 1 1r8b 0 0 1 1p2j 0 0 1 1md7 0 0 1 1ibv 0 0 1 1eph 0 0 1 13g1 0 0 1 11kp 0 0 \
        1 zxd 0 0 1 zud 0 0 1 1ty5 0 0 1 1lzd 0 0 1 1k4p 0 0 1 15xx 0 0 1 1p9v 0 0 1 1o1p 0 0 1 1nvj 0 0 1 1mul 0 0 \
        1 1iot 0 0 1 1hub 0 0 1 1gk5 0 0 1 1ehh 0 0 1 1cub 0 0 1 1bv3 0 0 1 161v 0 0 1 1a39 0 0 1 15nx 0 0 1 14f5 0 \
        0 1 1u6h 0 0 1 1tyr 0 0 1 1t4x 0 0 1 1i25 0 0 1 18l7 0 0 1 17u5 0 0 1 1p69 0 0 1 1opn 0 0 1 1nbl 0 0 1 1k31 \
        0 0 1 1djj 0 0 1 1h0j 0 0 1 1vgn 0 0 1 1s9r 0 0 1 1qbp 0 0 1 1plt 0 0 1 1onz 0 0 1 1gxh 0 0 1 1gnd 0 0 1 \
        1c89 0 0 1 1byr 0 0 1 14vt 0 0 1 1307 0 0 1 12vp 0 0 1 12k7 0 0 1 1v83 0 0 1 1ekv 0 0 1 1539 0 0 1 133z 0 0 \
        1 1odr 0 0 1 1vmv 0 0 1 1upt 0 0 1 1qcb 0 0 1 1q7v 0 0 1 1mix 0 0 1 1ks9 0 0 1 1hpf 0 0 1 1fy5 0 0 1 1a4r 0 \
        0 1 15l9 0 0 1 zn1 0 0 1 1m61 0 0 1 13cf 0 0 1 1u2j 0 0 1 1lsp 0 0 1 1lm3 0 0 1 1jip 0 0 1 1izh 0 0 1 1gud \
        0 0 1 1gbr 0 0 1 1f45 0 0 1 1da5 0 0 1 12hv 0 0 1 1uiv 0 0 1 1nwn 0 0 1 1391 0 0 1 1v0x 0 0 1 1px3 0 0 1 \
        1j9z 0 0 1 1655 0 0 1 1oyh 0 0 1 1oa1 0 0 1 1ll1 0 0 1 1h2f 0 0 1 138r 0 0 1 1u93 0 0 1 1ti5 0 0 1 1q7n 0 0 \
        1 1me1 0 0 1 1lwl 0 0 1 1ldf 0 0 1 1jp7 0 0 1 1gvv 0 0 1 1g5h 0 0 1 1cd5 0 0 1 18of 0 0 1 18nh 0 0 1 154p 0 \
        0 1 134f 0 0 1 1tuf 0 0 1 1izn 0 0 1 1ti7 0 0 1 1hrv 0 0 1 1god 0 0 1 19t7 0 0 1 138b 0 0 1 10z9 0 0 1 102v \
        0 0 1 1ltl 0 0 1 1jdf 0 0 1 1bff 0 0 1 1e8n 0 0 1 1e3z 0 0 1 1djh 0 0 1 1hf7 0 0 1 1i9v 0 0 1 17pj 0 0 1 \
        1vnd 0 0 1 1axb 0 0 1 1ua1 0 0 1 1ucx 0 0 1 1pdh 0 0 1 1nq5 0 0 1 1dg9 0 0 1 1qm5 0 0 1 1jnx 0 0 1 1m77 0 0 \
        1 166v 0 0 1 18xj 0 0 1 13ef 0 0 1 18fx 0 0 1 1pbj 0 0 1 1uon 0 0 1 1swp 0 0 3 1rvv 0 0 2 1mbf 0 0 3 1ugd 0 \
        0 1 1hav 0 0 1 1fvd 0 0 1 1ewn 0 0 1 1eut 0 0 1 1euh 0 0 1 1es7 0 0 1 130r 0 0 1 1dj1 0 0 1 1cch 0 0 2 19uj \
        0 0 2 17wz 0 0 3 15uh 0 0 1 15jl 0 0 4 12et 0 0 1 12e5 0 0 1 12br 0 0 1 10j5 0 0 1 15lr 0 0 1 13an 0 0 1 \
        1vcz 0 0 1 1uvn 0 0 1 1uq1 0 0 1 1u4z 0 0 1 1u3j 0 0 1 1txj 0 0 1 1t0x 0 0 1 1sv5 0 0 1 1spr 0 0 1 1rzl 0 0 \
        1 1rtv 0 0 1 1qct 0 0 1 1qcb 0 0 1 1opd 0 0 1 1odn 0 0 1 1obl 0 0 1 1o63 0 0 1 1mub 0 0 1 1mm7 0 0 1 1mcj 0 \
        0 1 1lkt 0 0 1 1jmj 0 0 1 1jdj 0 0 1 1iyx 0 0 1 1i2b 0 0 1 1hrv 0 0 1 1gzz 0 0 1 1f8z 0 0 1 1ezf 0 0 1 1eyv \
        0 0 1 1eyz 0 0 1 1eyl 0 0 1 1eyb 0 0 1 1exz 0 0 1 1evd 0 0 1 1evd 0 0 1 1elj 0 0 1 1ehz 0 0 1 1e0b 0 0 1 \
        1d51 0 0 1 1d3x 0 0 1 1d0v 0 0 1 1cjz 0 0 1 1cbv 0 0 1 1bkt 0 0 1 1bd3 0 0 1 1bd5 0 0 1 1amn 0 0 1 18rj 0 0 \
        1 18k5 0 0 1 1801 0 0 1 17wz 0 0 1 17a9 0 0 1 177d 0 0 1 165b 0 0 1 15y5 0 0 1 13bd 0 0 1 12vn 0 0 1 12sd 0 \
        0 1 1otn 0 0 1 3ls4 0 0 1 1bjd 0 0 3 1w2b 0 0 1 1unr 0 0 1 1us3 0 0 1 1vj9 0 0 1 1uu5 0 0 1 1uqx 0 0 1 1u8t \
        0 0 1 1u61 0 0 1 1t4l 0 0 1 1t8n 0 0 1 1t4x 0 0 1 1t0x 0 0 1 1s1v 0 0 1 1rwz 0 0 1 1roz 0 0 1 1ro5 0 0 1 \
        1r97 0 0 1 1qy9 0 0 1 1pi7 0 0 1 1phv 0 0 1 1p9x 0 0 1 1p67 0 0 1 1opn 0 0 1 1oj5 0 0 1 1on3 0 0 1 1ofp 0 0 \
        1 1oib 0 0 1 1oa9 0 0 1 1o6n 0 0 1 1nkh 0 0 1 1nfn 0 0 1 1ncp 0 0 1 1myb 0 0 1 1mih 0 0 1 1m9h 0 0 1 1m9b 0 \
        0 1 1m63 0 0 1 1kjb 0 0 1 1kfr 0 0 1 1ju3 0 0 1 1j7d 0 0 1 1j8b 0 0 1 1j3j 0 0 1 1ipl 0 0 1 1i6z 0 0 1 1fqj \
        0 0 1 1hw1 0 0 1 1hpb 0 0 1 1hij 0 0 1 1h0f 0 0 1 1gs7 0 0 1 1gpb 0 0 1 1gct 0 0 1 1gcr 0 0 1 1g3b 0 0 1 \
        1g2f 0 0 1 1g13 0 0 1 1fwd 0 0 1 1fwz 0 0 1 1fb1 0 0 1 1ek5 0 0 1 1e55 0 0 1 1dut 0 0 1 1dif 0 0 1 1d9z 0 0 \
        1 1crp 0 0 1 1cgp 0 0 1 1b5t 0 0 1 1ax5 0 0 1 19iv 0 0 1 18tl 0 0 1 18pt 0 0 1 18oz 0 0 1 188j 0 0 1 185f 0 \
        0 1 187z 0 0 1 1851 0 0 1 1859 0 0 1 1869 0 0 1 1823 0 0 1 17xn 0 0 1 17ch 0 0 1 16hf 0 0 1 1601 0 0 1 15jp \
        0 0 1 157h 0 0 1 13mb 0 0 1 13gn 0 0 1 13ab 0 0 1 132z 0 0 1 1311 0 0 1 130f 0 0 1 12xt 0 0 1 11th 0 0 1 \
        100z 0 0 1 3b3q 0 0 1 3b3c 0 0 1 3fns 0 0 1 23jd 0 0 1 21rp 0 0 1 21px 0 0 1 3roo 0 0 1 3vuc 0 0 1 49a0 0 0 \
        1 106h 0 0 1 102d 0 0 1w 2ow7 14k 0 2 2oux 14n 0 b 2ow1 14x 0 1 2ow3 14y 0 1 1m 14x 0 1 1k 14y 0 1 2oxn 14n \
        0 1 2oxp 14o 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 2 \
        2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 2 2oxr 14s 0 2 2oxr 14s 0 1 2oxr 14s 0 2 \
        2oxr 14s 0 1 2oxr 14s 0 2 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oxr 14s 0 1 2oyz 14p 0 1 \
        2oz9 14v 0 1 2oyr 14v 0 1 2oyb 14v 0 47g 1 1hve 1 2 1 1hve 1 f b 1hve 1 3n 6 1hyf 1 1 6 1hyf 1 f0 7 1ida 1 \
        1 9 1idz 1 a7 3 1inu 1 1 5 1ink 1 2 9 1inx 1 70 3 1iun 1 1 3 1iun 1 112b d 2jxh 0 1 d 2jxh 0 1 1 2jxq 0 1 3 \
        2jxr 0 1 5 2jxs 0 1 7 2jxt 0 1 9 2jxu 0 2f 3 2jxh 0 1 3 2jxh 0 1 3 2jxq 0 1 3 2jxq 0 1 7 2jxr 0 1 7 2jxr 0 \
        1m4g 7hc5 0 0 1 7hch 0 0 1 7hc1 0 0 1 2pj5 0 0 1 7gw7 0 0 1 7grx 0 0 1 7gr9 0 0 1 7gnd 0 0 1 7ggr 0 0 1 \
        7gf3 0 0 1 7gat 0 0 1 7gc7 0 0 1 7rh7 0 0 1 2nj9 0 0 1 7g5d 0 0 1 7g51 0 0 1 7g47 0 0 1 7g37 0 0 1 2nzf 0 0 \
        1 7rg3 0 0 1 7g49 0 0 1 7g27 0 0 1 2nx1 0 0 1 7g1r 0 0 1 7g13 0 0 1 7h5l 0 0 1 7g0r 0 0 1 7g0b 0 0 1 14e1 0 \
        0 1 7fwv 0 0 1 7fw5 0 0 1 7ren 0 0 1 7ft5 0 0 1 7fsl 0 0 1 7fq7 0 0 1 7fpz 0 0 1 7rbx 0 0 1 7fln 0 0 1 7fll \
        0 0 1 7fk5 0 0 1 7fiz 0 0 1 7fif 0 0 1 7fif 0 0 1 7fhj 0 0 1 7fet 0 0 1 7fef 0 0 1 7fdz 0 0 1 7fcn 0 0 1 \
        7fc5 0 0 1 7fc3 0 0 1 7fc5 0 0 1 7fc7 0 0 1 2m1b 0 0 1 73wp 0 0 1 7f87 0 0 1 7f73 0 0 1 2lk9 0 0 1 7f6j 0 0 \
        1 7f69 0 0 1 7f55 0 0 1 7ewr 0 0 1 7f2h 0 0 1 7f1n 0 0 1 7ezx 0 0 1 7ewr 0 0 1 7es5 0 0 1 7eqr 0 0 1 7en3 0 \
        0 1 7em9 0 0 1 7ekh 0 0 1 7ekj 0 0 1 7ejf 0 0 1 7eih 0 0 1 7ei3 0 0 1 7ehb 0 0 1 7dyh 0 0 1 7edn 0 0 1 7dyj \
        0 0 1 7e9l 0 0 1 7e7p 0 0 1 7fyp 0 0 1 7d8l 0 0 1 7don 0 0 1 7dml 0 0 1 7dl9 0 0 1 7dsj 0 0 1 7djb 0 0 1 \
        7djf 0 0 1 7dcn 0 0 1 2hux 0 0 1 7d8v 0 0 1 7d8n 0 0 1 7d7v 0 0 1 7d6t 0 0 1 7d6f 0 0 1 7d2x 0 0 1 2h67 0 0 \
        1 2h2l 0 0 1 7cvf 0 0 1 7csv 0 0 1 7cs9 0 0 1 7cwp 0 0 1 7cov 0 0 1 7qpd 0 0 1 7qon 0 0 1 7cg1 0 0 1 7cd3 0 \
        0 1 7cd5 0 0 1 2fyf 0 0 1 7c5v 0 0 1 7c4r 0 0 1 7c3z 0 0 1 7c3d 0 0 1 2fg1 0 0 1 7c2t 0 0 1 7c2h 0 0 1 7arl \
        0 0 1 7c11 0 0 1 7qi1 0 0 1 7bxp 0 0 1 7bwz 0 0 1 7bsh 0 0 1 7bvd 0 0 1 2ect 0 0 1 7bld 0 0 1 2ect 0 0 1 \
        7bj3 0 0 1 7bjb 0 0 1 7bif 0 0 1 7bcv 0 0 1 7bcv 0 0 1 7q93 0 0 1 7bbh 0 0 1 7b95 0 0 1 7b81 0 0 1 7b5n 0 0 \
        1 7q6j 0 0 1 2cy3 0 0 1 7q57 0 0 1 7b1x 0 0 1 7b1t 0 0 1 7b1p 0 0 1 7b0n 0 0 1 xkp 0 0 1 7axv 0 0 1 2can 0 \
        0 1 2cap 0 0 1 6x43 0 0 1 7aw3 0 0 1 7aw5 0 0 1 7q1p 0 0 1 2665 0 0 1 1njv 0 0 1 7ast 0 0 1 7asd 0 0 1 7q0f \
        0 0 1 7apv 0 0 1 7an3 0 0 1 7aml 0 0 1 7akr 0 0 1 7ad9 0 0 1 7pvx 0 0 1 7pxn 0 0 1 7acd 0 0 1 2avz 0 0 1 \
        7a9n 0 0 1 7a2j 0 0 1 7a2d 0 0 1 7a2b 0 0 1 7a2h 0 0 1 79zz 0 0 1 79yx 0 0 1 79wz 0 0 1 79xt 0 0 1 79x9 0 0 \
        1 79up 0 0 1 79tn 0 0 1 79th 0 0 1 79s3 0 0 1 79rj 0 0 1 79nx 0 0 1 79jb 0 0 1 79hf 0 0 1 79al 0 0 1 2993 0 \
        0 1 79br 0 0 1 79ff 0 0 1 799h 0 0 1 7981 0 0 1 792p 0 0 1 28wp 0 0 1 78zd 0 0 1 794l 0 0 1 7967 0 0 1 7pk7 \
        0 0 1 78vn 0 0 1 78uj 0 0 1 78sv 0 0 1 78v1 0 0 1 7ph1 0 0 1 78j5 0 0 1 78hl 0 0 1 27b3 0 0 1 78b3 0 0 1 \
        77vr 0 0 1 785j 0 0 1 7p7t 0 0 1 781n 0 0 1 7p8v 0 0 1 7pax 0 0 1 7gcf 0 0 1 7gcb 0 0 1 77vr 0 0 1 781d 0 0 \
        1 6xqp 0 0 1 7lrv 0 0 1 77up 0 0 1 77uj 0 0 1 77u9 0 0 1 77qx 0 0 1 77rl 0 0 1 25v7 0 0 1 7p61 0 0 1 77ih 0 \
        0 1 77p1 0 0 1 77dp 0 0 1 77ax 0 0 1 25m3 0 0 1 77aj 0 0 1 77gr 0 0 1 7737 0 0 1 7p1v 0 0 1 770r 0 0 1 76vf \
        0 0 1 76rj 0 0 1 76h1 0 0 1 24r5 0 0 1 76eb 0 0 1 7ovf 0 0 1 76aj 0 0 1 23yp 0 0 1 767t 0 0 1 7osn 0 0 1 \
        7669 0 0 1 763t 0 0 1 762d 0 0 1 762d 0 0 1 2383 0 0 1 2evt 0 0 1 2325 0 0 1 75uf 0 0 1 22d9 0 0 1 75o9 0 0 \
        1 75nj 0 0 1 75t9 0 0 1 75jl 0 0 1 75hf 0 0 1 75eb 0 0 1 75hd 0 0 1 75f7 0 0 1 75ef 0 0 1 75dr 0 0 1 228f 0 \
        0 1 75id 0 0 1 754h 0 0 1 7511 0 0 1 7oh9 0 0 1 74vz 0 0 1 74w9 0 0 1 21kn 0 0 1 757t 0 0 1 74n5 0 0 1 21cz \
        0 0 1 21ad 0 0 1 74if 0 0 1 74c3 0 0 1 74dn 0 0 1 74dv 0 0 1 7ocf 0 0 1 74bd 0 0 1 748l 0 0 1 748z 0 0 1 \
        7461 0 0 1 2odn 0 0 1 73xp 0 0 1 206r 0 0 1 73sz 0 0 1 1zon 0 0 1 73lb 0 0 1 73kn 0 0 1 73j7 0 0 1 1yr9 0 0 \
        1 73gn 0 0 1 73fj 0 0 1 1yap 0 0 1 1xyd 0 0 1 732z 0 0 1 7323 0 0 1 7ny3 0 0 1 730r 0 0 1 7nxj 0 0 1 7nxl 0 \
        0 1 72rx 0 0 1 72qt 0 0 1 72pp 0 0 1 72on 0 0 1 72kv 0 0 1 7nsf 0 0 1 72fz 0 0 1 1wcd 0 0 1 72en 0 0 1 1w7d \
        0 0 1 72bz 0 0 1 2d6b 0 0 1 7237 0 0 1 1v03 0 0 1 1uyv 0 0 1 1ur5 0 0 1 7ngj 0 0 1 7nfx 0 0 1 71qv 0 0 1 \
        1uhn 0 0 1 1uhr 0 0 1 1ufn 0 0 1 1ue9 0 0 1 71ot 0 0 1 71ot 0 0 1 71ov 0 0 1 71mj 0 0 1 7ndr 0 0 1 71j1 0 0 \
        1 7nd5 0 0 1 7n8r 0 0 1 1t9b 0 0 1 718f 0 0 1 7151 0 0 1 711j 0 0 1 7n4r 0 0 1 1sgn 0 0 1 70u1 0 0 1 1sab 0 \
        0 1 1s7z 0 0 1 70r1 0 0 1 70lz 0 0 1 7n0x 0 0 1 70hd 0 0 1 70gv 0 0 1 70gn 0 0 1 1r5r 0 0 1 1qp7 0 0 1 1qp9 \
        0 0 1 7081 0 0 1 7mpn 0 0 1 1qaz 0 0 1 6zw7 0 0 1 6zw3 0 0 1 7mnt 0 0 1 1pzd 0 0 1 6zhj 0 0 1 7mh9 0 0 1 \
        6zgf 0 0 1 6zgr 0 0 1 6zf7 0 0 1 1osp 0 0 1 6z9t 0 0 1 7mc7 0 0 1 6z4d 0 0 1 6z15 0 0 1 6yxh 0 0 1 7m9l 0 0 \
        1 1nrn 0 0 1 1npz 0 0 1 7m7p 0 0 1 1nhz 0 0 1 6ygn 0 0 1 1nch 0 0 1 6yf9 0 0 1 6y9p 0 0 1 6y95 0 0 1 1mpt 0 \
        0 1 1mlt 0 0 1 6y49 0 0 1 1mej 0 0 1 6y3h 0 0 1 269t 0 0 1 7m1j 0 0 1 6xzz 0 0 1 6xvj 0 0 1 7lyp 0 0 1 6xsd \
        0 0 1 7d0h 0 0 1 1lmn 0 0 1 1llx 0 0 1 267f 0 0 1 266z 0 0 1 6xhv 0 0 1 6xhr 0 0 1 6s4d 0 0 1 7ltx 0 0 1 \
        6xa3 0 0 1 6xah 0 0 1 6x9j 0 0 1 7g71 0 0 1 6x8j 0 0 1 6x8h 0 0 1 6x7z 0 0 1 6x5r 0 0 1 1k8l 0 0 1 6x5x 0 0 \
        1 6x2v 0 0 1 6wz1 0 0 1 6wuz 0 0 1 6x2p 0 0 1 6wu7 0 0 1 6wrx 0 0 1 6wlr 0 0 1 6x09 0 0 1 6wtp 0 0 1 6wtn 0 \
        0 1 6wst 0 0 1 1jvf 0 0 1 1jeb 0 0 1 1jmp 0 0 1 7lkn 0 0 1 6wdp 0 0 1 6wdn 0 0 1 6wbr 0 0 1 1gw1 0 0 1 6w7j \
        0 0 1 1ipt 0 0 1 7li9 0 0 1 7li3 0 0 1 1iil 0 0 1 1i2l 0 0 1 7lhp 0 0 1 6vut 0 0 1 6vu7 0 0 1 6vtn 0 0 1 \
        6vtl 0 0 1 6vq3 0 0 1 6vrz 0 0 1 6vkl 0 0 1 6vn3 0 0 1 6ver 0 0 1 6vjb 0 0 1 6vfn 0 0 1 6ve7 0 0 1 7lcf 0 0 \
        1 6v99 0 0 1 6v7j 0 0 1 7lap 0 0 1 6v2d 0 0 1 6v29 0 0 1 1fwb 0 0 1 6uvx 0 0 1 6uvl 0 0 1 7l7p 0 0 1 6uu5 0 \
        0 1 7s4d 0 0 1 1f09 0 0 1 1eq3 0 0 1 7l0d 0 0 1 7kzx 0 0 1 6u71 0 0 1 6u2t 0 0 1 6tu5 0 0 1 6tix 0 0 1 1dg5 \
        0 0 1 6te9 0 0 1 6td3 0 0 1 6t85 0 0 1 6t33 0 0 1 1cgh 0 0 1 2njd 0 0 1 6syl 0 0 1 6szh 0 0 1 6swn 0 0 1 \
        2n7h 0 0 1 6sk3 0 0 1 6sel 0 0 1 19uj 0 0 1 19t3 0 0 1 6rvf 0 0 1 6rqb 0 0 1 6rol 0 0 1 19bh 0 0 1 6ro5 0 0 \
        1 6r8d 0 0 1 6qzl 0 0 1 6qzl 0 0 1 6r4r 0 0 1 6qjn 0 0 1 6qi5 0 0 1 17fp 0 0 1 6pxh 0 0 1 7jxv 0 0 1 6pv5 0 \
        0 1 16ur 0 0 1 7jtj 0 0 1 6pgf 0 0 1 7c03 0 0 1 6pb7 0 0 1 15cx 0 0 1 1515 0 0 1 7jmb 0 0 1 7jlx 0 0 1 6p0z \
        0 0 1 149t 0 0 1 7jir 0 0 1 1425 0 0 1 6oyt 0 0 1 6oyv 0 0 1 6ox9 0 0 1 13md 0 0 1 6on3 0 0 1 7jbz 0 0 1 \
        6oj9 0 0 1 6ocb 0 0 1 6oav 0 0 1 6o7l 0 0 1 7j3n 0 0 1 11gx 0 0 1 6nsf 0 0 1 6nbp 0 0 1 6n19 0 0 1 7ipp 0 0 \
        1 7io1 0 0 1 6mvj 0 0 1 z9f 0 0 1 7inl 0 0 1 z6h 0 0 1 yrt 0 0 1 ykl 0 0 1 6mcz 0 0 1 7iin 0 0 1 6m9n 0 0 1 \
        6m9f 0 0 1 6m93 0 0 1 6m8l 0 0 1 6m89 0 0 1 6m69 0 0 1 x89 0 0
        """
}
